import { ERROR_CODES, errorReport } from "../../lib/errors.ts";
import { bold, dim, fields, styled, table, type Line, type Piece } from "../layout.ts";
import type { CliApp, Reference } from "../parts.ts";
import { chosenConnection, type Session } from "../session.ts";
import { verdictPiece } from "./lines.ts";

type Current = Awaited<ReturnType<CliApp["policies"]["current"]>>;
type Verdict = ReturnType<Reference["outlook"]>["usual"];

export async function show(session: Session, name: string | undefined): Promise<void> {
  const app = await session.app();
  const [reference, connection] = await Promise.all([session.reference(), chosenConnection(app, name)]);
  const current = await app.policies.current(connection);
  const counts = countVerdicts(reference, current);
  const problem = current.problem && errorReport(current.problem);
  if (problem) session.endWith(ERROR_CODES.policy_invalid.exit);
  const { policy, version, path, note } = current;
  const unseen = [...current.unseen];
  session.output.result({ connection: connection.name, path, version, policy, counts, unseen, ...(problem && { problem, note }) }, () => [
    ...(problem
      ? [
          [
            styled("red", version === 0 ? "This policy cannot be used, so every write is denied. " : "This policy cannot be used. "),
            problem.message,
          ],
          note ?? "",
          "",
        ]
      : []),
    ...fields([
      ["connection", connection.name],
      ["file", path],
      ["version", version === 0 ? undefined : String(version)],
      ["preset", [bold(policy.preset), problem ? dim(" (stands in until the file is mended)") : ""]],
      ...sectionFields(current),
    ]),
    ...ruleLines(current),
    ...unseenLines(unseen, current),
    "",
    ...table(
      ["", "allowed", "asked", "denied", "otherwise under conditions"],
      [
        ["reads", ...cells(counts.reads)],
        ["writes", ...cells(counts.writes)],
      ],
    ),
  ]);
}

type Counts = Record<Verdict | "conditional", number>;

function countVerdicts({ catalog, outlook }: Reference, { policy, unseen }: Current): Record<"reads" | "writes", Counts> {
  const none = (): Counts => ({ allow: 0, ask: 0, deny: 0, conditional: 0 });
  const counts = { reads: none(), writes: none() };
  for (const operation of catalog.operations) {
    const { usual, possible } = outlook(policy, operation, unseen.has(operation.id));
    const row = counts[operation.effect.risk === 0 ? "reads" : "writes"];
    row[usual]++;
    if (possible.length > 1) row.conditional++;
  }
  return counts;
}

function cells({ allow, ask, deny, conditional }: Counts): Piece[] {
  return [styled("green", String(allow)), styled("yellow", String(ask)), styled("red", String(deny)), String(conditional)];
}

/** The parts beside preset and rules, each in a line. */
function sectionFields({ policy }: Current): [string, string | undefined][] {
  const { caps, privacy, egress, hold, elicitation, good_for } = policy;
  const capTexts = Object.entries(caps).map(([name, cap]) => `${name} ${limitText(cap)}`);
  return [
    ["caps", capTexts.length === 0 ? undefined : capTexts.join("; ")],
    [
      "privacy",
      Object.entries(privacy)
        .map(([name, how]) => `${name} ${how}`)
        .join(", "),
    ],
    ["egress", egress.hosts.length === 0 ? "addresses are always asked" : `addresses at ${egress.hosts.join(", ")} are not asked`],
    ["hold", `approved sends wait ${hold.sends_seconds} s`],
    ["elicitation", elicitation.risk_at_most === null ? undefined : `up to risk ${elicitation.risk_at_most}`],
    ["good for", `${good_for.hours} h, should the file be damaged`],
  ];
}

function limitText(cap: object | undefined): string {
  return Object.entries(cap ?? {})
    .map(([name, value]): string => (typeof value === "object" && value !== null ? `each agent ${limitText(value)}` : `${value} ${name}`))
    .join(", ");
}

function ruleLines({ policy }: Current): Line[] {
  if (policy.rules.length === 0) return [dim("  No rules: the preset decides everything.")];
  const rows = policy.rules.map(({ id, effect, actions, areas, kinds, risk, where }) => [
    `  ${id}`,
    verdictPiece(effect),
    Object.entries({ actions, areas, kinds, risk })
      .flatMap(([selector, values]) => (values ? [`${selector}: ${values.join(", ")}`] : []))
      .join("; "),
    where
      ? `where ${Object.entries(where)
          .map(([path, condition]) => `${path} ${JSON.stringify(condition)}`)
          .join(", ")}`
      : "",
  ]);
  return table(["  rule", "says", "to", ""], rows);
}

/** Under `locked` every write is denied anyway. */
function unseenLines(unseen: string[], { policy }: Current): Line[] {
  if (unseen.length === 0 || policy.preset === "locked") return [];
  return [
    "",
    [styled("yellow", `New in the catalog, or of another class than before, and denied: ${unseen.length}`)],
    dim(`  ${unseen.join(", ")}`),
    dim("  Take them in: halyard policy accept"),
  ];
}
