import type { Command } from "commander";
import { ERROR_CODES, errorReport } from "../../lib/errors.ts";
import { callArguments } from "../call-arguments.ts";
import { bold, dim, fields, styled, table, type Line, type Piece } from "../layout.ts";
import type { CliApp, Reference } from "../parts.ts";
import { chosenConnection, type Session } from "../session.ts";

type Current = Awaited<ReturnType<CliApp["policies"]["current"]>>;
type Verdict = ReturnType<Reference["decide"]>["verdict"];

const HELP = `
The policy is a file that you edit; it counts from the next call on. The strictest rule that matches decides, without one the preset.
  1. halyard policy show               where the file is and what it says
  2. halyard policy explain ACTION     what would happen to one action, and why`;

export const example = "policy explain send_campaign";

export function build(command: Command, session: Session): void {
  command.addHelpText("after", HELP);
  command
    .command("show")
    .description("Show the policy of a connection and how many actions it allows.")
    .option("--connection <name>", "needed where there are several")
    .action(({ connection }: { connection?: string }) => show(session, connection));
  command
    .command("explain")
    .description("Tell what the policy says to an action, and which rule decides.")
    .argument("<action>")
    .argument("[arguments...]", "key=value, where they change what happens")
    .option("--connection <name>", "needed where there are several")
    .action((action: string, words: string[], { connection }: { connection?: string }) => explain(session, action, words, connection));
}

async function show(session: Session, name: string | undefined): Promise<void> {
  const app = await session.app();
  const [reference, connection] = await Promise.all([session.reference(), chosenConnection(app, name)]);
  const current = await app.policies.current(connection);
  const counts = countVerdicts(reference, current);
  const problem = current.problem && errorReport(current.problem);
  if (problem) session.endWith(ERROR_CODES.policy_invalid.exit);
  const { policy, version, path } = current;
  session.output.result({ connection: connection.name, path, version, policy, counts, ...(problem && { problem }) }, () => [
    ...(problem ? [[styled("red", "This policy cannot be used, so every write is denied. "), problem.message], ""] : []),
    ...fields([
      ["connection", connection.name],
      ["file", path],
      ["version", problem ? undefined : String(version)],
      ["preset", [bold(policy.preset), problem ? dim(" (stands in until the file is mended)") : ""]],
    ]),
    ...ruleLines(current),
    "",
    ...table(
      ["", "allowed", "asked", "denied"],
      [
        ["reads", ...cells(counts.reads)],
        ["writes", ...cells(counts.writes)],
      ],
    ),
  ]);
}

function countVerdicts({ catalog, decide }: Reference, { policy }: Current) {
  const none = (): Record<Verdict, number> => ({ allow: 0, ask: 0, deny: 0 });
  const counts = { reads: none(), writes: none() };
  for (const operation of catalog.operations) counts[operation.effect.risk === 0 ? "reads" : "writes"][decide(policy, operation).verdict]++;
  return counts;
}

function cells({ allow, ask, deny }: Record<Verdict, number>): Piece[] {
  return [styled("green", String(allow)), styled("yellow", String(ask)), styled("red", String(deny))];
}

function ruleLines({ policy }: Current): Line[] {
  if (policy.rules.length === 0) return [dim("  No rules: the preset decides everything.")];
  const rows = policy.rules.map(({ id, effect, actions, areas, kinds, risk }) => [
    `  ${id}`,
    verdictPiece(effect),
    Object.entries({ actions, areas, kinds, risk })
      .flatMap(([selector, values]) => (values ? [`${selector}: ${values.join(", ")}`] : []))
      .join("; "),
  ]);
  return table(["  rule", "says", "to"], rows);
}

async function explain(session: Session, action: string, words: string[], name: string | undefined): Promise<void> {
  const app = await session.app();
  const [reference, connection] = await Promise.all([session.reference(), chosenConnection(app, name)]);
  const { catalog, resolveAction, classOf, decide } = reference;
  const resolved = resolveAction(catalog, action, callArguments(reference, action, words, undefined));
  const operation = { ...resolved.operation, effect: classOf(resolved.operation, resolved.args) };
  const { policy, path, problem } = await app.policies.current(connection);
  const { verdict, because, rules } = decide(policy, operation);
  const { kind, risk } = operation.effect;
  session.output.result(
    {
      connection: connection.name,
      operation: operation.id,
      kind,
      risk,
      verdict,
      because,
      rules,
      path,
      ...(problem && { problem: errorReport(problem) }),
    },
    () => [
      [bold(operation.id), "  ", verdictPiece(verdict)],
      ...fields([
        ["what", operation.summary],
        ["class", `${kind}, risk ${risk}: ${reference.RISK_NAMES[risk]}`],
        ["because", because],
        ["rules", rules.length === 0 ? undefined : `${rules.join(", ")} (the strictest decides)`],
        ["file", path],
        ["problem", problem && [styled("red", problem.message)]],
      ]),
    ],
  );
}

function verdictPiece(verdict: Verdict): Piece {
  return styled(verdict === "allow" ? "green" : verdict === "ask" ? "yellow" : "red", verdict);
}
