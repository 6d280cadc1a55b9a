import { isoMillis } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import type { Tables } from "../store/tables.ts";
import type { GateParts } from "./call.ts";
import { raiseEpoch } from "./fence.ts";

/** What was on its way in the moment of the stop. */
export interface InFlight {
  intent_id: string;
  call_id: string;
  operation: string;
  /** The process that sends it. */
  holder: string;
  /** ISO 8601. */
  since: string;
}

export interface StopReport {
  stopped_at: string;
  /** Exactly those that may still reach Klaviyo: no other intent is written after the commit of the stop. */
  in_flight: InFlight[];
}

/** The owner's emergency stop: from its commit on no process writes an intent, and what has not left yet does not leave. */
export async function stopWrites(parts: GateParts, by: string): Promise<StopReport> {
  const at = parts.clock.now();
  return parts.store.transaction(async (tables) => {
    const { stopped_at } = await tables.fence.read();
    const open = await inFlight(tables);
    if (stopped_at !== null) return { stopped_at: isoMillis(stopped_at), in_flight: open };
    await tables.fence.set({ stopped_at: at, stopped_by: by });
    await tables.audit.append({ at, event: "writes.stopped", fields: { by, in_flight: open.map(({ intent_id }) => intent_id) } });
    return { stopped_at: isoMillis(at), in_flight: open };
  });
}

/**
 * Lets writes through again, on the owner's word: after a stop, or for an older Halyard that shall hold the store again. `conflict` when neither holds
 * them up. A store that was put back from a backup is another matter, for `audit accept-restore`.
 */
export async function resumeWrites(parts: GateParts, by: string): Promise<{ was: ("stopped" | "superseded")[] }> {
  const { store, clock, fence } = parts;
  const { was, epoch } = await store.transaction(async (tables) => {
    const row = await tables.fence.read();
    const reasons: ("stopped" | "superseded")[] = [];
    if (row.stopped_at !== null) {
      reasons.push("stopped");
      await tables.fence.set({ stopped_at: null, stopped_by: null });
    }
    if (fence.epoch !== row.epoch) reasons.push("superseded");
    if (reasons.length > 0) await tables.audit.append({ at: clock.now(), event: "writes.resumed", fields: { by, was: reasons } });
    const next = fence.epoch === row.epoch ? row.epoch : await raiseEpoch(tables, clock, fence.version, by);
    return { was: reasons, epoch: next };
  });
  fence.epoch = epoch;
  if (was.length === 0) throw new HalyardError("conflict", "Nothing holds writes up.", { hint: "What is denied, the policy denies." });
  return { was };
}

async function inFlight(tables: Tables): Promise<InFlight[]> {
  const open = await tables.intents.listOpen({ olderThan: Number.MAX_SAFE_INTEGER });
  return open.map(({ id, call_id, operation, holder, created_at }) => ({
    intent_id: id,
    call_id,
    operation,
    holder,
    since: isoMillis(created_at),
  }));
}
