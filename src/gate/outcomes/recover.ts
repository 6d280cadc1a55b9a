import type { IntentRow } from "../../store/tables/intents.ts";
import { endApproval, isOver, settle } from "../approvals/approval-life.ts";
import type { GateParts } from "../call.ts";
import { putLook } from "./look-list.ts";
import { recoverPlans } from "../plans/plan-run.ts";
import { openRequest } from "./sealed-request.ts";

/**
 * Makes honest ends of what a killed process left: an intent that nobody is sending any more has an unknown outcome, since it may have left;
 * live approvals whose time ran out are expired. Safe to run in several processes at once. What became of the unknown is looked up later (reconcile.ts).
 */
export async function recover(parts: GateParts): Promise<{ unknown: number; expired: number }> {
  const { store, clock, limits } = parts;
  const now = clock.now();
  let unknown = 0;
  const open = await store.intents.listOpen({ olderThan: now + 1 });
  parts.at("recover.listed");
  for (const intent of open) {
    const isOrphan = parts.isRunning(intent.holder) === false || now - intent.created_at > limits.openIntentMs;
    if (isOrphan && (await giveUp(parts, intent))) unknown++;
    parts.at("recover.committed");
  }
  await recoverPlans(parts);
  parts.at("recover.plans-ended");
  let expired = 0;
  for (const status of ["pending", "approved"] as const) {
    const live = await store.approvals.list({ status, whole: true, limit: 1000 });
    parts.at("recover.approvals-listed");
    for (const row of live) {
      if (!isOver(row, now)) continue;
      await settle(parts, row);
      parts.at("recover.settled");
      expired++;
    }
  }
  return { unknown, expired };
}

async function giveUp(parts: GateParts, intent: IntentRow): Promise<boolean> {
  const at = parts.clock.now();
  return parts.store.transaction(async (tables) => {
    if (!(await tables.intents.finish(intent.id, { status: "unknown", finished_at: at }))) return false;
    parts.at("recover.finished");
    if (intent.approval_id !== null) {
      await tables.calls.endAsked(intent.approval_id, "unknown", at);
      parts.at("recover.asked-ended");
      await endApproval(parts, tables, intent.approval_id, "unknown");
    }
    parts.at("recover.approval-ended");
    await tables.calls.update(intent.call_id, { status: "unknown", finished_at: at, error_code: "outcome_unknown" });
    parts.at("recover.call-noted");
    const connection = await tables.connections.find(intent.connection_id);
    parts.at("recover.connections-find");
    const opened = connection && openRequest(parts, connection, intent);
    if (opened) await putLook(parts, tables, intent, opened.operation, "unknown");
    parts.at("recover.look-put");
    await tables.audit.append({
      at,
      event: "outcome",
      call_id: intent.call_id,
      connection_id: intent.connection_id,
      fields: { intent: intent.id, operation: intent.operation, status: "unknown", error: "interrupted", holder: intent.holder },
    });
    parts.at("recover.audited");
    return true;
  });
}
