import { HalyardError } from "../lib/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { Store } from "../store/store.ts";
import type { Tables } from "../store/tables.ts";

/** What this process may send by: the epoch that it joined. That the store is not an old one is another thing (epoch.ts). */
export interface Fence {
  /** Undefined where a newer Halyard had the store before this process began. */
  epoch: number | undefined;
  version: string;
}

/**
 * Joins the epoch in force, or begins a new one when this Halyard is newer than the one that holds it: from that commit on the older processes
 * dispatch nothing.
 */
export async function joinEpoch(store: Store, clock: Clock, version: string): Promise<number | undefined> {
  return store.transaction(async (tables) => {
    const fence = await tables.fence.read();
    const order = compareVersions(version, fence.version);
    if (order < 0) return undefined;
    if (order === 0) return fence.epoch;
    return raiseEpoch(tables, clock, version, "start");
  });
}

/** A new epoch for this version, in the caller's transaction. */
export async function raiseEpoch(tables: Tables, clock: Clock, version: string, by: string): Promise<number> {
  const fence = await tables.fence.read();
  const epoch = fence.epoch + 1;
  await tables.fence.set({ epoch, version });
  await tables.audit.append({ at: clock.now(), event: "epoch.raised", fields: { epoch, version, from: fence.version, by } });
  return epoch;
}

/** Throws where this process may write no intent: stopped by the owner, or superseded by a newer Halyard. */
export async function assertMaySend(tables: Pick<Tables, "fence">, fence: Fence): Promise<void> {
  const { epoch, stopped_at } = await tables.fence.read();
  if (stopped_at !== null)
    throw new HalyardError("writes_stopped", "All writes are stopped by the owner. Nothing was sent.", {
      hint: "Reads go on. The owner lets writes through again with halyard resume.",
    });
  if (fence.epoch !== epoch)
    throw new HalyardError("superseded", "A newer Halyard works on this store, so this process sends nothing any more.", {
      hint: "Restart it with the version that is installed now. To go back to this version on purpose: halyard resume.",
    });
}

/** Negative where `a` is older. Texts that are no version come before all. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? -1) - (right[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What stands after a hyphen is a pre-release, which comes before the release. */
function partsOf(version: string): number[] {
  const [, release, pre] = /^(\d+\.\d+\.\d+)(?:-(.+))?$/.exec(version) ?? [];
  if (release === undefined) return [];
  return [...release.split(".").map(Number), pre === undefined ? 1 : 0, ...(pre?.match(/\d+/g) ?? []).map(Number)];
}
