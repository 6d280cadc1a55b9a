import { ERROR_CODES, errorReport, HalyardError } from "../../lib/errors.ts";
import { callArguments } from "../call-arguments.ts";
import { bold, dim, fields, styled, type Line } from "../layout.ts";
import type { CliApp } from "../parts.ts";
import { chosenConnection, type Session } from "../session.ts";
import { verdictPiece } from "./lines.ts";

type Explanation = Awaited<ReturnType<CliApp["policyDesk"]["explain"]>>;
type Door = Parameters<CliApp["policyDesk"]["explain"]>[1]["door"];

const DOORS: readonly Door[] = ["stdio", "http", "cli"];

/** What the policy says to one call, with the rules and the facts that decide. Nothing is sent; facts are looked up as for the call itself. */
export async function explain(
  session: Session,
  action: string,
  words: string[],
  options: { connection?: string; agent?: string; door: string },
): Promise<void> {
  const app = await session.app();
  const [reference, connection] = await Promise.all([session.reference(), chosenConnection(app, options.connection)]);
  const door = DOORS.find((one) => one === options.door);
  if (!door) throw new HalyardError("usage", `--door is one of ${DOORS.join(", ")}.`);
  const args = callArguments(reference, action, words, undefined);
  const explanation = await app.policyDesk.explain(connection, {
    action,
    args,
    door,
    agent: options.agent ?? (await onlyAgent(app, connection.id)),
  });
  const { question, ruling, current, facts } = explanation;
  const { id: operation, effect } = question.operation;
  const { verdict, because, rules, findings } = ruling;
  const { problem, path } = current;
  if (problem) session.endWith(ERROR_CODES.policy_invalid.exit);
  session.output.result(
    {
      connection: connection.name,
      operation,
      kind: effect.kind,
      risk: effect.risk,
      verdict,
      because,
      rules,
      facts,
      findings,
      path,
      ...(problem && { problem: errorReport(problem) }),
    },
    () => [
      [bold(operation), "  ", verdictPiece(verdict)],
      ...fields([
        ["what", question.operation.summary],
        ["class", `${effect.kind}, risk ${effect.risk}: ${reference.RISK_NAMES[effect.risk]}`],
        ["because", because],
        ["rules", rules.length === 0 ? undefined : `${rules.join(", ")} (the strictest decides)`],
        ["file", path],
        ["problem", problem && [styled("red", problem.message)]],
      ]),
      ...findingLines(explanation),
    ],
  );
}

function findingLines({ ruling, facts }: Explanation): Line[] {
  const outcomes = { holds: "holds", fails: "does not hold", unknown: "cannot be told" } as const;
  const conditions = ruling.findings.map(({ rule, path, truth, values, unknown }): Line => {
    const seen = unknown ?? (values.length === 0 ? "there is none" : values.map(String).join(", "));
    return [
      `  ${rule}: ${path} `,
      styled(truth === "holds" ? "green" : truth === "fails" ? "dim" : "red", outcomes[truth]),
      dim(` (${seen})`),
    ];
  });
  return [
    ...(conditions.length > 0 ? [dim("  conditions"), ...conditions] : []),
    ...(facts.length > 0 ? [dim("  facts"), ...fields(facts.map(({ name, value }) => [`  ${name}`, value]))] : []),
  ];
}

/** The name of the connection's agent where there is one only; else rules about agents see none that they know. */
async function onlyAgent(app: CliApp, connectionId: string): Promise<string> {
  const agents = (await app.agents.list()).filter(({ connection_id, revoked_at }) => connection_id === connectionId && revoked_at === null);
  return agents.length === 1 ? (agents[0]?.name ?? "") : "";
}
