import type { Policy } from "../../policy/policy.ts";
import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { Prepared } from "../prepare.ts";

/** How long an approved call waits before it goes, in seconds: what sends messages can be stopped until then; everything else goes at once. */
export function holdSecondsOf({ hold }: Policy, { operation, args }: Pick<Prepared, "operation" | "args">): number {
  if (operation.effect.kind !== "send-message") return 0;
  // Of the states of a flow only one sends; the others end it, and that is not to wait.
  if (operation.id === "update_flow" && args["status"] !== "live") return 0;
  return hold.sends_seconds;
}

/** Whether an approval waits for its time. */
export function isHeld({ status, held_until }: Pick<ApprovalRow, "status" | "held_until">, nowMs: number): boolean {
  return status === "approved" && held_until !== null && nowMs < held_until;
}
