import { HalyardError } from "../lib/errors.ts";
import type { BeforeImageRow } from "../store/tables/before-images.ts";
import type { Tables } from "../store/tables.ts";
import { sealKept } from "./before-image.ts";
import { resourcesIn } from "./before-image-reads.ts";
import type { CallResult, GateParts } from "./call.ts";
import type { Departure } from "./dispatch.ts";
import { openSteps } from "./undo-opening.ts";

/** Which step of which call's undoing a call is. */
export interface StepOf {
  call: string;
  /** From 0. */
  step: number;
  steps: number;
}

/**
 * In the transaction of the intent: what was there before the write is kept, and a step of an undoing is claimed, so that no two do it.
 * A write whose before-image nobody has looked for is not let go.
 */
export async function keepBefore(parts: GateParts, tables: Tables, departure: Omit<Departure, "intentId">): Promise<void> {
  const { before, undoes, callId, connection } = departure;
  if (before.state === "unread") throw new HalyardError("internal", "A write was about to go whose before-image nobody had looked for.");
  if (undoes) await claim(parts, tables, departure, undoes);
  if (before.state !== "kept") return;
  await tables.beforeImages.insert({
    call_id: callId,
    connection_id: connection.id,
    undo_class: before.outlook.undo,
    sealed: sealKept(parts, connection, "before", callId, before.image),
    after_sealed: null,
    kept_at: parts.clock.now(),
    until: before.outlook.until,
    steps_done: 0,
    step_call: null,
    steps_sealed: null,
    undone_by: null,
    undone_at: null,
    erased_at: null,
  });
}

async function claim(
  parts: GateParts,
  tables: Tables,
  { callId, caller, connection, operation }: Omit<Departure, "intentId">,
  undoes: StepOf,
): Promise<void> {
  if (!(await tables.beforeImages.claimStep(undoes.call, undoes.step, callId))) {
    throw new HalyardError("conflict", "This step of the undoing is being done, or has been, by another call.", {
      hint: "Look at the call that is being undone: its story names it.",
    });
  }
  const at = parts.clock.now();
  const fields = { call: undoes.call, by: callId, step: undoes.step + 1, steps: undoes.steps, operation: operation.id };
  // On both stories: whoever reads one of the calls finds the other.
  for (const call of [undoes.call, callId])
    await tables.audit.append({ at, event: "undo", call_id: call, agent_id: caller.agentId, connection_id: connection.id, fields });
}

/** In the transaction of the outcome: a write that changed nothing has nothing to undo; a step is done, or given back. */
export async function settleUndo(parts: GateParts, tables: Tables, departure: Departure, result: CallResult): Promise<void> {
  const { callId, connection, undoes, before } = departure;
  const changedNothing = result.status === "rejected" || result.status === "failed";
  if (before.state === "kept" && changedNothing) await tables.beforeImages.remove(callId);
  const body = result.status === "done" || result.status === "accepted" ? result.body : null;
  if (before.state === "kept" && !changedNothing)
    await tables.beforeImages.keepAfter(callId, sealKept(parts, connection, "after", callId, { made: resourcesIn(body), was: null }));
  if (!undoes || result.status === "unknown") return;
  if (changedNothing) {
    await tables.beforeImages.endStep(undoes.call, callId, {});
    return;
  }
  await stepDone(parts, tables, departure, undoes, resourcesIn(body));
}

/** The last step ends the undoing. */
async function stepDone(
  parts: GateParts,
  tables: Tables,
  { callId, connection, caller }: Departure,
  undoes: StepOf,
  made: ReturnType<typeof resourcesIn>,
): Promise<void> {
  const row = await tables.beforeImages.find(undoes.call);
  if (!row) return;
  const at = parts.clock.now();
  const isLast = undoes.step + 1 >= undoes.steps;
  const steps = [...openSteps(parts, connection, row), made];
  const first = await tables.beforeImages.endStep(undoes.call, callId, {
    steps_done: undoes.step + 1,
    steps_sealed: sealKept(parts, connection, "steps", undoes.call, steps),
    ...(isLast && { undone_by: callId, undone_at: at }),
  });
  if (!first || !isLast) return;
  const fields = { call: undoes.call, by: callId };
  await tables.audit.append({ at, event: "undone", call_id: undoes.call, agent_id: caller.agentId, connection_id: connection.id, fields });
}

/** What is kept longer than it can be used is erased; gives how many. Safe to run in several processes at once. */
export async function eraseOver(parts: GateParts): Promise<number> {
  const now = parts.clock.now();
  let erased = 0;
  for (const row of await parts.store.beforeImages.listOver(now, 500)) {
    if (await parts.store.transaction((tables) => erase(parts, tables, row, "its time is over"))) erased++;
  }
  return erased;
}

/** Erases what is kept of one call, on the record. */
export async function erase(parts: GateParts, tables: Tables, row: BeforeImageRow, reason: string): Promise<boolean> {
  const at = parts.clock.now();
  if (!(await tables.beforeImages.erase(row.call_id, at))) return false;
  await tables.audit.append({
    at,
    event: "before_image.erased",
    call_id: row.call_id,
    connection_id: row.connection_id,
    fields: { reason },
  });
  return true;
}
