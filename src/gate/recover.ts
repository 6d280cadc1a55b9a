import { endApproval, isOver, settle } from "./approval-life.ts";
import type { GateParts } from "./call.ts";
import { recoverPlans } from "./plan-run.ts";

/**
 * Makes honest ends of what a killed process left: an intent that nobody is sending any more has an unknown outcome, since it may have left;
 * live approvals whose time ran out are expired. Safe to run in several processes at once.
 */
export async function recover(parts: GateParts): Promise<{ unknown: number; expired: number }> {
  const { store, clock, limits } = parts;
  const now = clock.now();
  let unknown = 0;
  for (const intent of await store.intents.listOpen({ olderThan: now + 1 })) {
    const isOrphan = parts.isRunning(intent.holder) === false || now - intent.created_at > limits.openIntentMs;
    if (!isOrphan) continue;
    const first = await store.transaction(async (tables) => {
      if (!(await tables.intents.finish(intent.id, { status: "unknown", finished_at: now }))) return false;
      if (intent.approval_id !== null) {
        await tables.calls.endAsked(intent.approval_id, "unknown", now);
        await endApproval(parts, tables, intent.approval_id, "unknown");
      }
      await tables.calls.update(intent.call_id, { status: "unknown", finished_at: now, error_code: "outcome_unknown" });
      await tables.audit.append({
        at: now,
        event: "outcome",
        call_id: intent.call_id,
        connection_id: intent.connection_id,
        fields: { intent: intent.id, operation: intent.operation, status: "unknown", error: "interrupted", holder: intent.holder },
      });
      return true;
    });
    if (first) unknown++;
  }
  await recoverPlans(parts);
  let expired = 0;
  for (const status of ["pending", "approved"] as const) {
    for (const row of await store.approvals.list({ status, whole: true, limit: 1000 })) {
      if (!isOver(row, now)) continue;
      await settle(parts, row);
      expired++;
    }
  }
  return { unknown, expired };
}
