import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { Tables } from "../../store/tables.ts";
import { macOf, RECORD_VERSION } from "./approvals.ts";
import { PLAN, type ApprovalStatus, type EndedStatus, type GateParts } from "../call.ts";

/** Every arrow of an approval. What is not here does not happen; each is one compare-and-swap. */
export const APPROVAL_ARROWS: Record<ApprovalStatus, ApprovalStatus[]> = {
  pending: ["approved", "denied", "expired", "voided"],
  approved: ["consumed", "expired", "voided"],
  consumed: ["done", "accepted", "rejected", "failed", "unknown"],
  unknown: ["reconciled"],
  done: [],
  accepted: [],
  rejected: [],
  failed: [],
  reconciled: [],
  denied: [],
  expired: [],
  voided: [],
};

type Patch = Partial<Omit<ApprovalRow, "id" | "status" | "hmac">>;

/** One transition with its audit row, in the caller's transaction; the steps of a plan go with it until it is used. False when another got there first. */
export async function transition(
  parts: GateParts,
  tables: Tables,
  row: ApprovalRow,
  to: ApprovalStatus,
  by: string,
  patch: Patch = {},
): Promise<boolean> {
  if (!APPROVAL_ARROWS[row.status].includes(to)) return false;
  const next = { ...row, ...patch, status: to };
  if (!(await tables.approvals.transition(row.id, [row.status], to, { ...patch, hmac: macOf(parts, next) }))) return false;
  const at = parts.clock.now();
  // Calls that still wait on it end with it; a used one's end with the outcome.
  if (to === "denied" || to === "expired" || to === "voided") await tables.calls.endAsked(row.id, to, at);
  await tables.audit.append({
    at,
    event: `approval.${to}`,
    call_id: row.call_id,
    agent_id: row.agent_id,
    connection_id: row.connection_id,
    fields: {
      approval: row.id,
      from: row.status,
      by,
      digest: row.digest,
      reason: patch.status_reason ?? null,
      ...(next.held_until !== null && to === "approved" && { held_until: next.held_until }),
      ...(patch.replaced_by && { replaced_by: patch.replaced_by }),
    },
  });
  if (row.operation === PLAN && to !== "consumed") await moveSteps(parts, tables, row, to, by, patch);
  return true;
}

async function moveSteps(parts: GateParts, tables: Tables, plan: ApprovalRow, to: ApprovalStatus, by: string, patch: Patch): Promise<void> {
  for (const step of await tables.approvals.stepsOf(plan.id)) {
    const { status_reason, decided_by, decided_at, use_by, held_until, policy_version } = { ...step, ...patch };
    await transition(parts, tables, step, to, by, { status_reason, decided_by, decided_at, use_by, held_until, policy_version });
  }
}

/** How the sending of a used approval ended, in the transaction that records the outcome. What is known of an unknown one later is `reconciled`. */
export async function endApproval(parts: GateParts, tables: Tables, approvalId: string, ended: EndedStatus): Promise<boolean> {
  const row = await tables.approvals.find(approvalId);
  if (!row) return false;
  const to = row.status === "unknown" && ended !== "unknown" ? "reconciled" : ended;
  const reason = to === ended ? undefined : { status_reason: `it turned out as ${ended}` };
  const isFirst = await transition(parts, tables, row, to, "gate", reason);
  if (isFirst && to === "reconciled" && row.plan_id !== null) await endKnownPlan(parts, tables, row.plan_id);
  return isFirst;
}

/** A plan that ended at a step of unknown outcome is known once that step is. */
async function endKnownPlan(parts: GateParts, tables: Tables, planId: string): Promise<void> {
  const plan = await tables.approvals.find(planId);
  const steps = await tables.approvals.stepsOf(planId);
  if (plan?.status !== "unknown" || steps.some(({ status }) => status === "unknown")) return;
  await transition(parts, tables, plan, "reconciled", "gate", { status_reason: "what became of its last step is known" });
}

/** Voids what waits or is approved of a connection or an agent that is revoked: a card that can no longer be used asks nobody. Gives how many. */
export async function voidLive(
  parts: GateParts,
  tables: Tables,
  whose: { connection_id: string } | { agent_id: string },
  by: string,
  reason: string,
): Promise<number> {
  let voided = 0;
  for (const status of ["pending", "approved"] as const) {
    for (const row of await tables.approvals.list({ status, ...whose, limit: 10_000 })) {
      if (await transition(parts, tables, row, "voided", by, { status_reason: reason })) voided++;
    }
  }
  return voided;
}

/** Whether a live approval is over by itself: its clock ran out, or an earlier Halyard wrote it, under rules that do not hold any more. */
export function isOver(row: ApprovalRow, nowMs: number): boolean {
  if (row.status !== "pending" && row.status !== "approved") return false;
  return row.record_version !== RECORD_VERSION || nowMs > (row.status === "pending" ? row.decide_by : row.use_by);
}

/** Ends what is over by itself, in the caller's transaction; true when it did. */
export async function expireOverdue(parts: GateParts, tables: Tables, row: ApprovalRow): Promise<boolean> {
  if (!isOver(row, parts.clock.now())) return false;
  if (row.record_version !== RECORD_VERSION)
    return transition(parts, tables, row, "voided", "gate", { status_reason: "it was asked under another version of Halyard" });
  const reason = row.status === "pending" ? "not decided in time" : "approved, but not used in time";
  return transition(parts, tables, row, "expired", "clock", { status_reason: reason });
}

/** The row as it stands, after what is over has ended. */
export async function settle(parts: GateParts, row: ApprovalRow): Promise<ApprovalRow> {
  if (!isOver(row, parts.clock.now())) return row;
  await parts.store.transaction((tables) => expireOverdue(parts, tables, row));
  return (await parts.store.approvals.find(row.id)) ?? row;
}
