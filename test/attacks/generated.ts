import { isWrite, type Operation } from "../../src/catalog/operation.ts";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { createDice } from "./dice.ts";
import { DOORS, type DoorName, type Told } from "./doors.ts";
import type { Mutator, Setting, Target } from "./mutator.ts";
import { MUTATORS } from "./mutators.ts";
import { effectsSince, markOf, reckon } from "./oracle.ts";
import { openRange, OPEN_POLICY, USUAL_POLICY, type Range, type RangeOptions } from "./range.ts";

const POLICIES: Record<Setting, string> = { open: OPEN_POLICY, asking: USUAL_POLICY, locked: "version: 1\npreset: locked\nrules: []\n" };
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
  range?: RangeOptions;
  onLap?: (report: GeneratedReport) => void;
}

/** So many writes share a range: the record of a range is read whole at its end. */
const LAP = 25;

/** Every write × every mutator × every door. */
export async function tryGenerated({
  seed,
  only = () => true,
  doors = DOORS,
  range: options = {},
  onLap,
}: GeneratedOptions): Promise<GeneratedReport> {
  const writes = loadCatalog().operations.filter((operation) => isWrite(operation) && only(operation));
  const report: GeneratedReport = { seed, writes: writes.length, attempts: 0, counts: {}, unsound: [], broken: [], violations: [] };
  for (let from = 0; from < writes.length; from += LAP) {
    const range = await openRange(options);
    try {
      const mark = await markOf(range);
      for (const operation of writes.slice(from, from + LAP)) for (const door of doors) await tryWriteAt(range, operation, door, report);
      report.violations.push(...(await reckon(range, mark)));
    } finally {
      await range.close();
    }
    onLap?.(report);
  }
  return report;
}

async function tryWriteAt(range: Range, operation: Operation, name: DoorName, report: GeneratedReport): Promise<void> {
  const door = await range.door(name);
  const args = await range.requests.argsFor(operation, "all");
  range.setPolicy(USUAL_POLICY);
  const { status, text } = await door.call("write", { action: operation.id, args, reason: "the sample" });
  if (status !== "approval_required" && !(status === "denied" && operation.effect.risk === 5))
    report.unsound.push(`${operation.id} at ${name}: ${text.slice(0, 200)}`);
  for (const setting of SETTINGS) {
    range.setPolicy(POLICIES[setting]);
    for (const mutator of MUTATORS.filter((one) => one.setting === setting)) {
      const dice = createDice(`${report.seed} ${operation.id} ${mutator.name} ${name}`);
      await tryOne({ range, door, operation, args, dice }, mutator, report);
      if (mutator.name === "a yes under a policy that has changed") range.setPolicy(POLICIES[setting]);
    }
  }
}

async function tryOne(target: Target, mutator: Mutator, report: GeneratedReport): Promise<void> {
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
