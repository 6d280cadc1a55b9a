import { HalyardError } from "../../lib/errors.ts";
import type { JsonObject } from "../../lib/json.ts";
import { ERASED, type BeforeImageRow } from "../../store/tables/before-images.ts";
import type { IntentRow, IntentStatus } from "../../store/tables/intents.ts";
import type { Tables } from "../../store/tables.ts";
import { resourcesIn } from "./before-image-reads.ts";
import type { CallResult, GateParts } from "../call.ts";
import type { Departure } from "../dispatch.ts";
import type { Obstacle } from "../approvals/clearance.ts";
import { ERASES_A_PERSON, forgetPerson } from "./undo-forget.ts";
import { openSteps, sealKept } from "./undo-opening.ts";
import type { Resource } from "./undo-recipe.ts";

/** Which step of which call's undoing a call is. */
export interface StepOf {
  call: string;
  /** From 0. */
  step: number;
  steps: number;
}

/** Why a step that was approved is not to be done any more; undefined while it is its turn. */
export async function stepObstacle({ clock }: GateParts, tables: Tables, undoes: StepOf | undefined): Promise<Obstacle | undefined> {
  if (!undoes) return undefined;
  const row = await tables.beforeImages.find(undoes.call);
  if (row && (row.undone_at !== null || row.steps_done !== undoes.step)) return { obstacle: "this step of the undoing was done already" };
  if (!row || row.erased_at !== null || row.until <= clock.now()) return { obstacle: "what was kept for the undoing is erased" };
  return row.step_call === null ? undefined : { obstacle: "another call is doing this step of the undoing" };
}

/**
 * In the transaction of the intent: what was there before the write is kept, and a step of an undoing is claimed, so that no two do it.
 * A write whose before-image nobody has looked for is not let go.
 */
export async function keepBefore(parts: GateParts, tables: Tables, departure: Omit<Departure, "intentId" | "recordedAs">): Promise<void> {
  const { before, undoes, callId, connection } = departure;
  if (before.state === "unread") throw new HalyardError("internal", "A write was about to go whose before-image nobody had looked for.");
  if (undoes) await claim(parts, tables, departure, undoes);
  parts.at("undo.step-claimed");
  if (before.state !== "kept") return;
  await tables.beforeImages.insert({
    call_id: callId,
    connection_id: connection.id,
    undo_class: before.outlook.undo,
    sealed: sealKept(parts, "before", callId, before.image),
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
  { callId, caller, connection, operation }: Omit<Departure, "intentId" | "recordedAs">,
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
  const { callId, undoes, before } = departure;
  const changedNothing = result.status === "rejected" || result.status === "failed";
  if (!changedNothing && ERASES_A_PERSON.has(departure.operation.id)) await forgetPerson(parts, tables, departure);
  parts.at("undo.person-forgotten");
  if (before.state === "kept" && changedNothing) await tables.beforeImages.remove(callId);
  parts.at("undo.nothing-kept");
  const body = result.status === "done" || result.status === "accepted" ? result.body : null;
  if (before.state === "kept" && !changedNothing)
    await tables.beforeImages.keepAfter(callId, sealKept(parts, "after", callId, { made: resourcesIn(body), was: null }));
  parts.at("undo.made-kept");
  if (!undoes || result.status === "unknown") return;
  if (changedNothing) {
    await tables.beforeImages.endStep(undoes.call, callId, {});
    parts.at("undo.step-given-back");
    return;
  }
  await stepDone(parts, tables, { callId, agentId: departure.caller.agentId }, undoes, resourcesIn(body));
}

/** In the transaction that says after the fact how a write ended: `found` is what it made, where that was found. */
export async function keepFound(
  parts: GateParts,
  tables: Tables,
  { call_id }: Pick<IntentRow, "call_id">,
  status: IntentStatus,
  found: JsonObject | undefined,
): Promise<void> {
  if (status === "not_done") await tables.beforeImages.remove(call_id);
  else if (found)
    await tables.beforeImages.keepAfter(call_id, sealKept(parts, "after", call_id, { made: resourcesIn({ data: found }), was: null }));
}

/** The last step ends the undoing, and what was kept for it is not needed any more. */
export async function stepDone(
  parts: GateParts,
  tables: Tables,
  { callId, agentId }: { callId: string; agentId: string | null },
  undoes: StepOf,
  made: Resource[],
): Promise<void> {
  const row = await tables.beforeImages.find(undoes.call);
  if (!row) return;
  const at = parts.clock.now();
  const isLast = undoes.step + 1 >= undoes.steps;
  const first = await tables.beforeImages.endStep(undoes.call, callId, {
    steps_done: undoes.step + 1,
    ...stepsPatch(parts, row, made),
    ...(isLast && { ...ERASED, undone_by: callId, undone_at: at }),
  });
  if (!first || !isLast) return;
  const fields = { call: undoes.call, by: callId };
  await tables.audit.append({ at, event: "undone", call_id: undoes.call, agent_id: agentId, connection_id: row.connection_id, fields });
}

/** What the steps made, with one more; nothing once the day of those before it was erased, for then no step follows. */
function stepsPatch(parts: GateParts, row: BeforeImageRow, made: Resource[]): { steps_sealed?: string } {
  const steps = openSteps(parts, row);
  return steps ? { steps_sealed: sealKept(parts, "steps", row.call_id, [...steps, made]) } : {};
}
