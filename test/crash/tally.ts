import { CLASSES, type Case, type RetryClassName } from "./cases.ts";
import type { Verdict } from "./run-case.ts";
import type { StoreKind } from "./scene.ts";
import { machine } from "../../scripts/security-figures.ts";

/** Counts of one class on one store. */
export interface Row {
  cases: number;
  killed: number;
  duplicates: number;
  falseDone: number;
  stuck: number;
  askedWithoutNeed: number;
  recordFaults: number;
  ownerAsked: number;
}

export type Tally = Record<RetryClassName, Row>;

export function emptyTally(): Tally {
  const row = (): Row => ({
    cases: 0,
    killed: 0,
    duplicates: 0,
    falseDone: 0,
    stuck: 0,
    askedWithoutNeed: 0,
    recordFaults: 0,
    ownerAsked: 0,
  });
  return { idempotent: row(), "natural-key": row(), readable: row(), unreadable: row() };
}

export function count(tally: Tally, { retryClass }: Case, { wasKilled, wrong, isOwnerAsked }: Verdict): void {
  const row = tally[retryClass];
  row.cases++;
  if (wasKilled) row.killed++;
  if (isOwnerAsked) row.ownerAsked++;
  if (wrong.includes("duplicate")) row.duplicates++;
  if (wrong.includes("false done")) row.falseDone++;
  if (wrong.includes("stuck")) row.stuck++;
  if (wrong.includes("asked without need")) row.askedWithoutNeed++;
  if (wrong.includes("record")) row.recordFaults++;
}

/** Counts of two parts together. */
export function together(one: Tally, other: Tally): Tally {
  const sum = emptyTally();
  for (const name of Object.keys(sum) as RetryClassName[])
    for (const what of Object.keys(sum[name]) as (keyof Row)[]) sum[name][what] = one[name][what] + other[name][what];
  return sum;
}

/** What was played on one store. */
export interface Figures {
  store: StoreKind;
  tally: Tally;
  /** Kills at a point under a behaviour, each class; `once` of them are those that the matrix asks for, `all` with every way and the last passage of each. */
  extent: { played: number; once: number; all: number };
  seconds: number;
}

/** The page of figures; `control` is what the suite finds when the guard is off. */
export function pageOf(figures: Figures[], seed: number, skipped: StoreKind[], control: string[]): string {
  const head =
    "| store | class | cases | killed | duplicates | false done | stuck | record at odds | asked without need | owner asked |\n|---|---|---|---|---|---|---|---|---|---|";
  const rows = figures.flatMap(({ store, tally }) =>
    (Object.keys(CLASSES) as RetryClassName[]).map((name) => {
      const { cases, killed, duplicates, falseDone, stuck, recordFaults, askedWithoutNeed, ownerAsked } = tally[name];
      const cells = [cases, killed, duplicates, falseDone, stuck, recordFaults, askedWithoutNeed, ownerAsked];
      return `| ${store} | ${name} | ${cells.join(" | ")} |`;
    }),
  );
  const extents = figures.map(({ store, extent: { played, once, all }, seconds }) => {
    const rest = played - once;
    return `${store}: ${Math.min(played, once)} of ${once} kills of the matrix, and ${Math.max(rest, 0)} of ${all - once} in further ways, ${Math.round(seconds)} s`;
  });
  return `# The crash matrix

Written by \`npm run crash\`; do not edit. Seed ${seed}; ${machine()}. ${extents.join("; ")}.${skipped.length > 0 ? ` Not on this machine: ${skipped.join(", ")}.` : ""}

A process is killed with SIGKILL at each named point of a write (\`src/gate/crash-points.ts\`), with the account answering well, dropping the request before or after its effect,
failing after the effect, refusing with 429 first, taking effect a minute late, tearing its answer, or being slow; for one write of each retry class; and, after an answer that was lost, at each point of the recovery.
The matrix is each point under each behaviour for each class, once: the policy allows the call, the owner approves it, or it is the first of a plan, as the seed draws. Further ways are the other two, and the last passage of a point that is passed more than once.
Runs in which nobody is killed, by which the points are found, are counted among the cases. Afterwards the agent asks for the same call again, and the owner says yes to what the policy asks.
What happened is read from the sandbox's rows and its ledger, what was told from the agent's answers, and both are held against the record.

${[head, ...rows].join("\n")}

"Owner asked" counts the cases in which only the owner can say what became of it: of no class but the unreadable.

Negative control, the gate not waiting for effects that come late: ${control.join("; ")}.
`;
}
