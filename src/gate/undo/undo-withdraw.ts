import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { CallRow } from "../../store/tables/calls.ts";
import { settle, transition } from "../approvals/approval-life.ts";
import type { Caller, CallResult, GateParts } from "../call.ts";
import { stop } from "../approvals/stop-held.ts";
import { stillSending } from "./undo-refusals.ts";

const TAKEN_BACK = "taken back before it was sent";

/**
 * A call that has not left does not go: while it waits for the owner its card is withdrawn; once it was approved, is held or is on its way, this is a
 * stop like the owner's. One of cancelled and sent, told as it was. Undefined where it was sent, or there is nothing to stop.
 */
export async function withdraw(parts: GateParts, caller: Caller, call: CallRow): Promise<CallResult | undefined> {
  if (call.approval_id === null || (call.status !== "approval_required" && call.status !== "sent")) return undefined;
  const found = await parts.store.approvals.find(call.approval_id);
  const whole = found?.plan_id ? await parts.store.approvals.find(found.plan_id) : found;
  const row = whole && (await settle(parts, whole));
  if (!row) return undefined;
  const cancelled: CallResult = { status: "cancelled", call_id: call.id, operation: call.operation };
  if (row.status === "pending" && (await withdrawCard(parts, row, caller.agentName))) return cancelled;
  const now = await parts.store.approvals.find(row.id);
  if (now?.status !== "approved" && now?.status !== "consumed") return undefined;
  const { outcome } = await stop(parts, row.id, caller.agentName, TAKEN_BACK);
  if (outcome === "unclear") throw stillSending();
  // Of a plan that was stopped, this step may have gone already: then it is undone like any call.
  const isGone = await hasLeft(parts, call);
  return outcome === "stopped" && !isGone ? cancelled : undefined;
}

function withdrawCard(parts: GateParts, row: ApprovalRow, by: string): Promise<boolean> {
  return parts.store.transaction((tables) => transition(parts, tables, row, "voided", by, { status_reason: TAKEN_BACK }));
}

async function hasLeft({ store }: GateParts, { id }: CallRow): Promise<boolean> {
  const status = (await store.calls.find(id))?.status;
  return status === "done" || status === "accepted" || status === "unknown" || status === "rejected";
}
