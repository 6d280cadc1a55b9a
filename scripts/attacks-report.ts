import type { BoundReport } from "../test/attacks/bound-leaves.ts";
import type { Outcome } from "../test/attacks/case.ts";
import type { FamilyReport } from "../test/attacks/families.ts";
import type { GeneratedReport } from "../test/attacks/generated.ts";
import type { NamedReport } from "../test/attacks/named-actions.ts";
import type { PromptReport } from "../test/attacks/task-run.ts";
import type { WalkReport } from "../test/attacks/walks.ts";
import { figureTable, machine, spoken, type Row } from "./security-figures.ts";

/** What one part of a run came to. */
export type Result =
  | { kind: "family"; letter: string; title: string; report: FamilyReport }
  | { kind: "generated"; report: GeneratedReport }
  | { kind: "bound"; report: BoundReport }
  | { kind: "named"; report: NamedReport }
  | { kind: "walk"; report: WalkReport }
  | { kind: "prompts"; report: PromptReport }
  | { kind: "control"; name: string; attempts: number; broken: number; violations: number };

type Of<K extends Result["kind"]> = Extract<Result, { kind: K }>;

function of<K extends Result["kind"]>(results: readonly Result[], kind: K): Of<K>[] {
  return results.filter((one): one is Of<K> => one.kind === kind);
}

function sum<T>(all: readonly T[], pick: (one: T) => number): number {
  return all.reduce((total, one) => total + pick(one), 0);
}

/** Everything that must not be, one line each. */
export function wrongIn(results: readonly Result[]): string[] {
  const generated = of(results, "generated").map((one) => one.report);
  const families = of(results, "family").map((one) => one.report);
  return [
    ...families.flatMap(({ outcomes }) =>
      outcomes.filter(isWrong).map((one) => `${one.id} at ${one.door}: ${one.attack}: ${one.verdict} ${one.why ?? ""}`),
    ),
    ...families.flatMap(({ violations }) => violations),
    ...generated.flatMap(({ broken, violations, unsound }) => [...broken, ...violations, ...unsound]),
    ...of(results, "bound")
      .map((one) => one.report)
      .flatMap(({ wrong }) => wrong),
    ...of(results, "named")
      .map((one) => one.report)
      .flatMap(({ falseRefusals, wrong }) => [...falseRefusals, ...wrong]),
    ...of(results, "walk")
      .map((one) => one.report)
      .flatMap(({ violations }) => violations),
    ...of(results, "prompts")
      .map((one) => one.report)
      .flatMap(({ now, tightened, widened }) => [now, tightened, widened].flatMap(({ wrong }) => wrong)),
  ];
}

/** A case that does not hold, or one that was said to wait and does not any more. */
function isWrong({ verdict }: Outcome): boolean {
  return verdict === "broken" || verdict === "closed";
}

/** Whether nothing got through, and each control noticed. */
export function isSound(results: readonly Result[]): boolean {
  return wrongIn(results).length === 0 && of(results, "control").every(({ broken }) => broken > 0);
}

/** The part of the page that is about attacks. */
export function report(seed: number, results: readonly Result[]): string {
  const wrong = wrongIn(results);
  const rows = figures(results);
  return [
    "## Attacks",
    "",
    `Seed ${seed}; ${machine()}.`,
    "",
    ...(rows.length > 0 ? [figureTable(rows)] : []),
    ...familyTable(of(results, "family")),
    ...generatedTable(of(results, "generated").map((one) => one.report)),
    ...promptTable(of(results, "prompts").map((one) => one.report)),
    ...gaps(of(results, "family")),
    ...(wrong.length > 0 ? ["", "### What got through, or does not add up", "", ...wrong.slice(0, 100).map((why) => `- ${why}`)] : []),
  ].join("\n");
}

function figures(results: readonly Result[]): Row[] {
  const [generated, bound, named, walks] = [
    of(results, "generated").map((one) => one.report),
    of(results, "bound").map((one) => one.report),
    of(results, "named").map((one) => one.report),
    of(results, "walk").map((one) => one.report),
  ];
  const outcomes = of(results, "family")
    .map((one) => one.report)
    .flatMap((one) => one.outcomes);
  const held = outcomes.filter(({ verdict }) => verdict === "held").length;
  const tried = outcomes.filter(({ verdict }) => verdict !== "gap" && verdict !== "elsewhere").length;
  const over = (all: readonly unknown[], rows: Row[]): Row[] => (all.length > 0 ? rows : []);
  return [
    ...over(outcomes, [{ what: "cases of the list that hold, at each door where they matter", value: spoken(held), of: spoken(tried) }]),
    ...over(generated, [
      {
        what: "**unauthorised effects, and answers other than they must be**",
        value: spoken(sum(generated, ({ broken }) => broken.length)),
        of: `${spoken(sum(generated, (one) => one.attempts))} attempts: ${spoken(sum(generated, (one) => one.writes))} writes × mutators × doors`,
      },
      {
        what: "contradictions between ledger, wire and record",
        value: spoken(sum(generated, ({ violations }) => violations.length)),
        of: "the same",
      },
    ]),
    ...over(bound, [
      {
        what: "cards on which every leaf is seen",
        value: spoken(sum(bound, (one) => one.cards)),
        of: `${spoken(sum(bound, (one) => one.writes))} writes`,
      },
      {
        what: "changes of a single leaf after the yes, rejected",
        value: spoken(sum(bound, (one) => one.rejected)),
        of: `${spoken(sum(bound, (one) => one.mutations))} changes of ${spoken(sum(bound, (one) => one.leaves))} leaves`,
      },
      {
        what: "agent, connection, account, policy or catalog changed after the yes, rejected",
        value: spoken(sum(bound, (one) => one.fieldsRejected)),
        of: spoken(sum(bound, (one) => one.fields)),
      },
      {
        what: "the same JSON written otherwise, accepted",
        value: spoken(sum(bound, (one) => one.accepted)),
        of: spoken(sum(bound, (one) => one.equal)),
      },
    ]),
    ...over(walks, [
      {
        what: "contradictions in random walks",
        value: spoken(sum(walks, ({ violations }) => violations.length)),
        of: `${spoken(sum(walks, (one) => one.steps))} steps, ${spoken(sum(walks, (one) => one.effects))} effects, ${walks.length} walks`,
      },
    ]),
    ...over(named, [
      {
        what: "named actions that run under a policy that allows them",
        value: spoken(sum(named, (one) => one.succeeded)),
        of: `${spoken(sum(named, (one) => one.tried))}, ${spoken(sum(named, (one) => one.calls))} calls`,
      },
    ]),
    ...of(results, "control").map(({ name, attempts, broken, violations }) => ({
      what: `negative control, ${CONTROLS[name] ?? name}: reported`,
      value: `${spoken(broken)} broken, ${spoken(violations)} contradictions`,
      of: `${spoken(attempts)} attempts`,
    })),
  ];
}

const CONTROLS: Record<string, string> = {
  alwaysAllowing: "a gate that decides `allow` whatever the policy says",
  passingThrough: "a gate that decides and records nothing",
};

function familyTable(families: readonly Of<"family">[]): string[] {
  if (families.length === 0) return [];
  const count = ({ report: { outcomes } }: Of<"family">, verdict: Outcome["verdict"]): number =>
    outcomes.filter((one) => one.verdict === verdict).length;
  return [
    "",
    "### Cases by family",
    "",
    "A case counts once for each door. Held elsewhere: by a test that kills processes, turns keys or breaks stores.",
    "",
    "| family | held | held elsewhere | known gaps | broken |",
    "|---|---|---|---|---|",
    ...families.map(
      (one) =>
        `| ${one.letter} ${one.title} | ${count(one, "held")} | ${count(one, "elsewhere")} | ${count(one, "gap")} | ${count(one, "broken") + count(one, "closed")} |`,
    ),
  ];
}

function generatedTable(reports: readonly GeneratedReport[]): string[] {
  if (reports.length === 0) return [];
  const counts = new Map<string, Map<string, number>>();
  for (const [family, mutators] of reports.flatMap((one) => Object.entries(one.counts))) {
    const total = counts.get(family) ?? new Map<string, number>();
    counts.set(family, total);
    for (const [name, count] of Object.entries(mutators)) total.set(name, (total.get(name) ?? 0) + count);
  }
  return [
    "",
    "### Generated attempts",
    "",
    ...[...counts].map(
      ([family, mutators]) => `- **${family}**: ${[...mutators].map(([name, count]) => `${name} ${spoken(count)}`).join("; ")}.`,
    ),
  ];
}

function promptTable(reports: readonly PromptReport[]): string[] {
  if (reports.length === 0) return [];
  return [
    "",
    "### How often the owner is asked",
    "",
    `${spoken(reports[0]?.now.tasks ?? 0)} tasks of a shop's marketing (\`scripts/business-tasks.ts\`), ${spoken(reports[0]?.now.calls ?? 0)} calls, each task a conversation of its own, and an owner who says yes. "Suggested" is what`,
    "`halyard policy suggest` makes of the same tasks: first what it narrows alone, then with what it widens as well (never risk 4 or 5).",
    "",
    "| preset | questions per 100 tasks | suggested, narrower | suggested, wider | tasks without a question, now and wider | tasks that a denial stops |",
    "|---|---|---|---|---|---|",
    ...reports.map(
      ({ preset, now, tightened, widened }) =>
        `| ${preset} | ${now.prompts} | ${tightened.prompts} | ${widened.prompts} | ${now.quiet}, ${widened.quiet} | ${now.stopped} |`,
    ),
  ];
}

function gaps(families: readonly Of<"family">[]): string[] {
  const lines = new Set(
    families.flatMap(({ report: { outcomes } }) =>
      outcomes
        .filter(({ verdict }) => verdict === "gap")
        .map(({ id, attack, why = "" }) => `- **${id}** ${attack}: ${why.replace(/ \(.*\)$/, "")}`),
    ),
  );
  return lines.size === 0 ? [] : ["", "### Known gaps", "", ...lines];
}
