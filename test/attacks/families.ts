import { DOORS, type DoorName } from "./doors.ts";
import { tryCase, untried, type Case, type Family, type Outcome } from "./case.ts";
import { addresses } from "./families/c-addresses.ts";
import { args } from "./families/b-arguments.ts";
import { binding } from "./families/e-binding.ts";
import { bulk } from "./families/h-bulk.ts";
import { display } from "./families/g-display.ts";
import { flow } from "./families/n-flow.ts";
import { load } from "./families/k-load.ts";
import { names } from "./families/a-names.ts";
import { policy } from "./families/l-policy.ts";
import { protocol } from "./families/d-protocol.ts";
import { record } from "./families/j-record.ts";
import { secrets } from "./families/i-secrets.ts";
import { tenancy } from "./families/o-tenancy.ts";
import { time } from "./families/f-time.ts";
import { unknown } from "./families/m-unknown.ts";
import { CALL_NEIGHBOURS } from "./neighbours/calls.ts";
import { DOOR_NEIGHBOURS } from "./neighbours/doors.ts";
import { STATE_NEIGHBOURS } from "./neighbours/state.ts";
import { markOf, reckon } from "./oracle.ts";
import { openRange, type RangeOptions } from "./range.ts";

const NEIGHBOURS = [...CALL_NEIGHBOURS, ...STATE_NEIGHBOURS, ...DOOR_NEIGHBOURS];

/** Every family of attacks, by letter, with the neighbours of its cases. */
export const FAMILIES: readonly Family[] = [
  names,
  args,
  addresses,
  protocol,
  binding,
  time,
  display,
  bulk,
  secrets,
  record,
  load,
  policy,
  unknown,
  flow,
  tenancy,
].map((family) => ({ ...family, cases: [...family.cases, ...NEIGHBOURS.filter(({ id }) => id.startsWith(family.letter))] }));

export interface FamilyReport {
  outcomes: Outcome[];
  /** What the witnesses have against each other. */
  violations: string[];
}

interface Trial extends RangeOptions {
  /** Leaves the slow cases out. */
  sample?: boolean;
}

/** Tries a family at every door: one range for its cases, and one each for those that need their own. */
export async function tryFamily({ cases }: Family, { sample = false, ...options }: Trial = {}): Promise<FamilyReport> {
  const report: FamilyReport = { outcomes: [], violations: [] };
  const chosen = cases.filter(({ slow }) => !(sample && slow));
  const tries = chosen.flatMap((one) => (one.doors ?? DOORS).map((door) => [one, door] as const));
  const inRange = async (group: readonly (readonly [Case, DoorName])[]): Promise<void> => {
    if (group.every(([one]) => !one.run)) return void report.outcomes.push(...group.map(([one, door]) => untried(one, door)));
    const range = await openRange(options);
    try {
      const mark = await markOf(range);
      for (const [one, door] of group) report.outcomes.push(await tryCase(range, one, door));
      if (!group.some(([one]) => one.forges)) report.violations.push(...(await reckon(range, mark)));
    } finally {
      await range.close();
    }
  };
  await inRange(tries.filter(([one]) => !one.alone));
  for (const one of tries.filter(([one]) => one.alone)) await inRange([one]);
  return report;
}
