import { isoMillis } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import { isJsonObject, type JsonObject } from "../lib/json.ts";
import type { BeforeImageRow } from "../store/tables/before-images.ts";
import type { CallRow } from "../store/tables/calls.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import { transition } from "./approval-life.ts";
import { OWNER, type Caller, type CallInput, type CallResult, type GateParts, type UndoProgress } from "./call.ts";
import { assertStanding } from "./decision.ts";
import { lookNow, type Now } from "./undo-after.ts";
import type { Drift } from "./undo-drift.ts";
import type { StepOf } from "./undo-keeping.ts";
import { openKept, openSteps } from "./undo-opening.ts";
import type { Kept, Plan, Recipe } from "./undo-recipe.ts";
import { freeStep } from "./undo-resume.ts";
import { recipeOf } from "./undo-table.ts";
import { changedNothing, expired, noImage, notKnown, stillSending, undoneAlready } from "./undo-refusals.ts";

/** The action by which a call is taken back: `{"call": "call_…"}`. */
export const UNDO = "undo";

/** What a call on its way through the gate knows of the undoing that it is a step of. */
export interface Undoing extends StepOf {
  undo: Recipe["undo"];
  notes: string[];
  drift: Drift;
  /** SHA-256 of what is there now, hex; "" after the first step, which has changed it. */
  seen: string;
  /** Operations of the steps that follow. */
  next: string[];
}

/** Sends one step through the eight steps, as its caller's call. */
export type Take = (caller: Caller, input: CallInput, undoes: Undoing) => Promise<CallResult>;

const NO_DRIFT: Drift = { state: "none", lines: [] };
/** More steps than any plan has: an undoing that does not get on ends. */
const MAX_STEPS = 5000;

/** Takes back one call: step after step until one has to be asked, is refused, or all are done. Nothing here can send: each step is a call. */
export async function undo(parts: GateParts, take: Take, caller: Caller, input: CallInput): Promise<CallResult> {
  const connection = await assertStanding(parts.store, caller);
  const call = await undoneCall(parts, caller, callIdOf(input));
  if (call.status === "approval_required") {
    const withdrawn = await withdraw(parts, caller, call);
    if (withdrawn) return withdrawn;
  }
  const { id } = call;
  let result: CallResult | undefined;
  for (let sent = 0; sent < MAX_STEPS; sent++) {
    const row = await readyRow(parts, connection, id, result !== undefined);
    if (!row) break;
    const { recipe, kept, plan } = planOf(parts, connection, row);
    const step = plan.steps[row.steps_done];
    if (!step) break;
    const now = row.steps_done === 0 ? await nowOf(parts, connection, recipe, kept) : undefined;
    const undoes: Undoing = {
      call: id,
      step: row.steps_done,
      steps: plan.steps.length,
      undo: row.undo_class,
      notes: plan.notes,
      drift: now?.drift ?? NO_DRIFT,
      seen: now?.seen ?? "",
      next: plan.steps.slice(row.steps_done + 1).map(({ action }) => action),
    };
    const args = step.args(openSteps(parts, connection, row));
    const taken = await take(
      caller,
      { action: step.action, args, intent: "write", ...(input.reason !== undefined && { reason: input.reason }) },
      undoes,
    );
    result = { ...taken, undo: progressOf(undoes, taken) };
    if (taken.status !== "done" && taken.status !== "accepted") return result;
    // Told of a step that another way did: the row knows better how far it has come.
    if (taken.earlier) break;
  }
  if (!result) throw noImage(recipeOf(call.operation));
  return result;
}

/** Each step is decided under what holds when it is its turn; what is shown now is what the plan is now. */
function planOf(parts: GateParts, connection: ConnectionRow, row: BeforeImageRow): { recipe: Recipe; kept: Kept; plan: Plan } {
  const kept = openKept(parts, connection, row);
  const recipe = kept && recipeOf(kept.operation.id);
  if (!kept || !recipe || recipe.undo === "none") throw expired(row);
  return { recipe, kept, plan: recipe.plan(kept) };
}

async function nowOf(parts: GateParts, connection: ConnectionRow, recipe: Recipe, kept: Kept): Promise<Now> {
  try {
    const now = await lookNow(parts, connection, recipe, kept);
    const tooLate = recipe.tooLate?.(now.was);
    if (tooLate !== undefined) throw new HalyardError("conflict", `It is too late: ${tooLate}`, { hint: "Nothing was sent." });
    return now;
  } catch (thrown) {
    if (!(thrown instanceof HalyardError) || thrown.code !== "not_found") throw thrown;
    throw new HalyardError("conflict", "What the call changed or made is not there any more, so there is nothing to put back.", {
      hint: "Nothing was sent.",
    });
  }
}

function callIdOf({ args, intent }: CallInput): string {
  if (intent === "read") {
    throw new HalyardError("usage", "undo changes the account, so it is not a read.", { hint: "Use write with action undo." });
  }
  const { call, ...more }: JsonObject = isJsonObject(args) ? args : {};
  if (typeof call === "string" && /^call_\w{1,64}$/.test(call) && Object.keys(more).length === 0) return call;
  throw new HalyardError("invalid_arguments", "undo takes the id of one call and nothing else.", {
    hint: 'Give {"call": "call_…"}: every write answers with its call_id.',
    violations: [{ path: "/call", message: "must be the id of a call" }],
  });
}

/** The call itself, or the one that it only told of. An agent takes back its own calls, the owner any. */
async function undoneCall({ store }: GateParts, caller: Caller, callId: string): Promise<CallRow> {
  const row = await store.calls.find(callId);
  const isTheirs = row && row.connection_id === caller.connectionId && (caller.agentId === OWNER || row.agent_id === caller.agentId);
  if (!isTheirs) throw new HalyardError("not_found", "There is no call of that id.", { hint: "Every write answers with its call_id." });
  if (row.intent_id !== null || row.approval_id === null || row.status === "approval_required") return row;
  const approval = await store.approvals.find(row.approval_id);
  const intent = approval?.intent_id ? await store.intents.find(approval.intent_id) : undefined;
  return (intent && (await store.calls.find(intent.call_id))) ?? row;
}

/** A call that waits for the owner, or was approved and has not gone, does not go: one of cancelled and sent, by one compare-and-swap. */
async function withdraw(parts: GateParts, caller: Caller, call: CallRow): Promise<CallResult | undefined> {
  const { store } = parts;
  const isCancelled = await store.transaction(async (tables) => {
    const approval = call.approval_id === null ? undefined : await tables.approvals.find(call.approval_id);
    return approval
      ? transition(parts, tables, approval, "voided", caller.agentName, { status_reason: "taken back before it was sent" })
      : false;
  });
  if (isCancelled) return { status: "cancelled", call_id: call.id, operation: call.operation };
  const now = await store.calls.find(call.id);
  if (now?.status === "sent") throw stillSending();
  return undefined;
}

/** The row of a call that can be undone now, its step free. Undefined once all steps are done, if some were done just now. */
async function readyRow(
  parts: GateParts,
  connection: ConnectionRow,
  callId: string,
  hasBegun: boolean,
): Promise<BeforeImageRow | undefined> {
  const call = await parts.store.calls.find(callId);
  if (call?.status === "sent" || call?.status === "received") throw stillSending();
  if (call?.status === "unknown") throw notKnown(parts.catalog.find(call.operation));
  if (call?.status !== "done" && call?.status !== "accepted") throw changedNothing();
  const row = await parts.store.beforeImages.find(callId);
  if (!row) throw noImage(recipeOf(call.operation));
  if (row.undone_at !== null) {
    if (hasBegun) return undefined;
    throw undoneAlready(row);
  }
  if (row.erased_at !== null || row.until <= parts.clock.now()) throw expired(row);
  return freeStep(parts, connection, row);
}

function progressOf({ call, step, steps, undo: undoClass, notes, drift }: Undoing, { status }: CallResult): UndoProgress {
  return {
    call,
    steps_done: step + (status === "done" || status === "accepted" ? 1 : 0),
    steps,
    class: undoClass,
    notes,
    drift: drift.state,
  };
}

/** Whether a call can be undone, for lists: until when, or what became of it. Times are ISO 8601. */
export interface UndoStanding {
  class: Recipe["undo"];
  state: "open" | "begun" | "undone" | "over";
  until: string;
  undone_by: string | null;
}

export function standingOf(row: BeforeImageRow, nowMs: number): UndoStanding {
  const isOver = row.erased_at !== null || row.until <= nowMs;
  const begun = row.steps_done > 0 || row.step_call !== null ? "begun" : "open";
  const state = row.undone_at !== null ? "undone" : isOver ? "over" : begun;
  return { class: row.undo_class, state, until: isoMillis(row.until), undone_by: row.undone_by };
}
