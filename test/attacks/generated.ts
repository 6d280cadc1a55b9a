import { isWrite, type Operation } from "../../src/catalog/operation.ts";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { createDice } from "./dice.ts";
import { DOORS, type DoorName, type Told } from "./doors.ts";
import type { Mutator, Setting, Target } from "./mutator.ts";
import { MUTATORS } from "./mutators.ts";
import { effectsSince, markOf, reckon } from "./oracle.ts";
import { openRange, OPEN_POLICY, USUAL_POLICY, type Range, type RangeOptions } from "./range.ts";

const POLICIES: Record<Setting, string> = {
  open: OPEN_POLICY,
  // What is held after the yes has cases of its own (F4, F9): here a yes counts at once.
  asking: `${USUAL_POLICY}hold: { sends_seconds: 0 }\n`,
  locked: "version: 1\npreset: locked\nrules: []\n",
};
const SETTINGS = ["open", "locked", "asking"] as const;

/** Answers that send nothing by themselves. `told again` and `asked again` are the approvals' own words for a repetition. */
const HARMLESS = ["error", "denied", "approval_required", "told again"];

export interface GeneratedReport {
  seed: number;
  writes: number;
  attempts: number;
  /** Attempts by family and mutator. */
  counts: Record<string, Record<string, number>>;
  /** Writes whose sample the gate did not even ask for: then nothing was tried of them. */
  unsound: string[];
  /** What went through, or was answered other than it must be. */
  broken: string[];
  /** What the witnesses have against each other. */
  violations: string[];
}

export interface GeneratedOptions {
  seed: number;
  /** Which writes; all unless told. */
  only?: (operation: Operation) => boolean;
  doors?: readonly DoorName[];
  /** The part of all attempts that is made, chosen by the seed; 1 unless told. */
  share?: number;
  range?: RangeOptions;
}

/** So many writes share a range: the record of a range is read whole at its end. */
const LAP = 10;

/** All writes, in the groups that share a range. */
export function laps(): Operation[][] {
  const writes = loadCatalog().operations.filter(isWrite);
  return Array.from({ length: Math.ceil(writes.length / LAP) }, (_, at) => writes.slice(at * LAP, (at + 1) * LAP));
}

/** Attempts of a whole run, counting those for which an operation has no place. */
export const WHOLE = laps().flat().length * MUTATORS.length * DOORS.length;

/** Every write × every mutator × every door. */
export async function tryGenerated({
  seed,
  only = () => true,
  doors = DOORS,
  share = 1,
  range: options = {},
}: GeneratedOptions): Promise<GeneratedReport> {
  const report: GeneratedReport = { seed, writes: 0, attempts: 0, counts: {}, unsound: [], broken: [], violations: [] };
  for (const lap of laps()) {
    const writes = lap.filter(only);
    if (writes.length === 0) continue;
    report.writes += writes.length;
    const range = await openRange(options);
    try {
      const mark = await markOf(range);
      for (const operation of writes) for (const door of doors) await tryWriteAt(range, operation, door, { report, share });
      report.violations.push(...(await reckon(range, mark)));
    } finally {
      await range.close();
    }
  }
  return report;
}

async function tryWriteAt(
  range: Range,
  operation: Operation,
  name: DoorName,
  { report, share }: { report: GeneratedReport; share: number },
): Promise<void> {
  const chosen = MUTATORS.filter((one) => createDice(`${report.seed} ${operation.id} ${one.name} ${name} chosen`).chance(share));
  if (chosen.length === 0) return;
  const door = await range.door(name);
  const args = await range.requests.argsFor(operation, "all");
  range.setPolicy(USUAL_POLICY);
  const { status, text } = await door.call("write", { action: operation.id, args, reason: "the sample" });
  if (status !== "approval_required" && !(status === "denied" && operation.effect.risk === 5))
    report.unsound.push(`${operation.id} at ${name}: ${text.slice(0, 200)}`);
  for (const setting of SETTINGS) {
    range.setPolicy(POLICIES[setting]);
    for (const mutator of chosen.filter((one) => one.setting === setting)) {
      const dice = createDice(`${report.seed} ${operation.id} ${mutator.name} ${name}`);
      await tryOne({ range, door, operation, args, dice }, mutator, report);
      if (mutator.name === "a yes under a policy that has changed") range.setPolicy(POLICIES[setting]);
    }
  }
}

async function tryOne(target: Target, mutator: Mutator, report: GeneratedReport): Promise<void> {
  // Of two approvals of the same millisecond nobody can tell which was later.
  target.range.clock.advance(1);
  const mark = await markOf(target.range);
  const where = `${target.operation.id} · ${mutator.name} · ${target.door.name}`;
  let told: Told | undefined;
  try {
    told = await mutator.attempt(target);
  } catch (thrown) {
    report.broken.push(`${where}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  if (!told) return;
  report.attempts++;
  const counts = (report.counts[mutator.family] ??= {});
  counts[mutator.name] = (counts[mutator.name] ?? 0) + 1;
  const effects = effectsSince(target.range, mark);
  if (effects.length > (mutator.allowed ?? 0))
    report.broken.push(`${where}: ${effects.map(({ method, path }) => `${method} ${path}`).join(", ")}`);
  const isHarmless = mutator.must === "refuse" ? told.status === "error" : HARMLESS.includes(told.status);
  if (!isHarmless) report.broken.push(`${where}: ${told.status} ${told.code} ${told.text.slice(0, 120)}`);
}
