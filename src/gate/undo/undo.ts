import { HalyardError } from "../../lib/errors.ts";
import { isJsonObject, type JsonObject } from "../../lib/json.ts";
import type { BeforeImageRow } from "../../store/tables/before-images.ts";
import type { CallRow } from "../../store/tables/calls.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import { OWNER, PLAN, type Caller, type CallInput, type CallResult, type GateParts, type UndoProgress } from "../call.ts";
import { assertStanding } from "../decision.ts";
import { openSteps } from "./undo-opening.ts";
import { changedNothing, expired, noImage, notKnown, ofPlan, stillSending, undoneAlready } from "./undo-refusals.ts";
import { freeStep } from "./undo-resume.ts";
import { recipeOf } from "./undo-table.ts";
import { withdraw } from "./undo-withdraw.ts";
import { planOf, undoingOf, type Undoing } from "./undoing.ts";

/** The action by which a call is taken back: `{"call": "call_…"}`. */
export const UNDO = "undo";

/** Sends one step through the eight steps, as its caller's call. */
export type Take = (caller: Caller, input: CallInput, undoes: Undoing) => Promise<CallResult>;

/** More steps than any plan has: an undoing that does not get on ends. */
const MAX_STEPS = 5000;

/** Takes back one call: step after step until one has to be asked, is refused, or all are done. Nothing here can send: each step is a call. */
export async function undo(parts: GateParts, take: Take, caller: Caller, input: CallInput): Promise<CallResult> {
  const connection = await assertStanding(parts.store, caller);
  const call = await undoneCall(parts, caller, callIdOf(input));
  const withdrawn = await withdraw(parts, caller, call);
  if (withdrawn) return withdrawn;
  const { id } = call;
  let result: CallResult | undefined;
  for (let sent = 0; sent < MAX_STEPS; sent++) {
    const row = await readyRow(parts, connection, id, result !== undefined);
    const turn = row && (await undoingOf(parts, connection, row));
    if (!turn) break;
    const { undoes, step } = turn;
    const args = step.args(openSteps(parts, row) ?? []);
    const { reason } = input;
    const taken = await take(caller, { action: step.action, args, intent: "write", ...(reason !== undefined && { reason }) }, undoes);
    result = { ...taken, undo: progressOf(undoes, taken) };
    if (taken.status !== "done" && taken.status !== "accepted") return result;
    // Told of a step that another way did: the row knows better how far it has come.
    if (taken.earlier) break;
  }
  if (!result) throw noImage(recipeOf(call.operation));
  return result;
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
  if (row.intent_id !== null || row.approval_id === null) return row;
  const approval = await store.approvals.find(row.approval_id);
  const intent = approval?.intent_id ? await store.intents.find(approval.intent_id) : undefined;
  return (intent && (await store.calls.find(intent.call_id))) ?? row;
}

/** The row of a call that can be undone now, its step free. Undefined once all steps are done, if some were done just now. */
async function readyRow(
  parts: GateParts,
  connection: ConnectionRow,
  callId: string,
  hasBegun: boolean,
): Promise<BeforeImageRow | undefined> {
  const call = await parts.store.calls.find(callId);
  if (call?.operation === PLAN) throw ofPlan();
  if (call?.status === "sent" || call?.status === "received") throw stillSending();
  if (call?.status === "unknown") throw notKnown(parts.catalog.find(call.operation));
  if (call?.status !== "done" && call?.status !== "accepted") throw changedNothing();
  const row = await parts.store.beforeImages.find(callId);
  if (!row) throw noImage(recipeOf(call.operation));
  const free = row.undone_at === null ? await freed(parts, connection, row) : row;
  if (free.undone_at === null) return free;
  if (hasBegun) return undefined;
  throw undoneAlready(free);
}

async function freed(parts: GateParts, connection: ConnectionRow, row: BeforeImageRow): Promise<BeforeImageRow> {
  if (row.erased_at !== null || row.until <= parts.clock.now()) throw expired(row);
  await parts.dayKeys.refresh();
  return freeStep(parts, connection, row, planOf(parts, row).plan.steps.length);
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
