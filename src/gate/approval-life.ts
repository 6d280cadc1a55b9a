import type { Operation } from "../catalog/operation.ts";
import { decide } from "../policy/decide.ts";
import type { ApprovalRow } from "../store/tables/approvals.ts";
import type { Tables } from "../store/tables.ts";
import { isGenuine } from "./approvals.ts";
import type { ApprovalStatus, GateParts } from "./call.ts";

/** How far the wall clock may stand behind a time on record before nothing approved is used (attack E10). */
const CLOCK_BACK_MS = 60_000;

/** Every arrow of an approval. What is not here does not happen; each is one compare-and-swap. */
export const APPROVAL_ARROWS: Record<ApprovalStatus, ApprovalStatus[]> = {
  pending: ["approved", "denied", "expired", "voided"],
  approved: ["consumed", "expired", "voided"],
  denied: [],
  expired: [],
  voided: [],
  consumed: [],
};

/** One transition with its audit row, in the caller's transaction. False when another got there first. */
export async function transition(
  parts: GateParts,
  tables: Tables,
  row: ApprovalRow,
  to: ApprovalStatus,
  by: string,
  patch: Partial<Omit<ApprovalRow, "id" | "status">> = {},
): Promise<boolean> {
  const from = (Object.keys(APPROVAL_ARROWS) as ApprovalStatus[]).filter(
    (status) => status === row.status && APPROVAL_ARROWS[status].includes(to),
  );
  if (from.length === 0 || !(await tables.approvals.transition(row.id, from, to, patch))) return false;
  await tables.audit.append({
    at: parts.clock.now(),
    event: `approval.${to}`,
    call_id: row.call_id,
    agent_id: row.agent_id,
    connection_id: row.connection_id,
    fields: { approval: row.id, from: row.status, by, digest: row.digest, reason: patch.status_reason ?? null },
  });
  return true;
}

/** Whether the clocks have run out on a live approval. */
export function isOverdue(row: ApprovalRow, nowMs: number): boolean {
  return (row.status === "pending" && nowMs > row.decide_by) || (row.status === "approved" && nowMs > row.use_by);
}

/** Moves what is overdue to `expired` and gives the row as it stands then. */
export async function settle(parts: GateParts, row: ApprovalRow): Promise<ApprovalRow> {
  if (!isOverdue(row, parts.clock.now())) return row;
  const reason = row.status === "pending" ? "not decided in time" : "approved, but not used in time";
  await parts.store.transaction((tables) => transition(parts, tables, row, "expired", "clock", { status_reason: reason }));
  return (await parts.store.approvals.find(row.id)) ?? row;
}

/**
 * Why an approved call may not be sent any more; undefined when it may. Checked in the transaction that consumes the approval,
 * on what is committed then.
 */
export async function obstacle(parts: GateParts, tables: Tables, row: ApprovalRow, operation: Operation): Promise<string | undefined> {
  const now = parts.clock.now();
  const connection = await tables.connections.find(row.connection_id);
  const agent = await tables.agents.find(row.agent_id);
  if (!isGenuine(parts, row)) return "the record of the approval was changed";
  if (connection?.status !== "active") return "the connection was revoked";
  if (connection.account_id !== row.account_id) return "the connection is with another account now";
  if (agent && agent.revoked_at !== null) return "the agent was revoked";
  if (row.catalog_hash !== parts.catalog.hash) return "the catalog of actions changed after the approval was asked";
  if (now < (row.decided_at ?? row.created_at) - CLOCK_BACK_MS) return "the clock was set back";
  if (now > row.use_by) return "it was not used in time";
  const { policy, version } = await parts.policies.current(connection, tables);
  if (version !== row.policy_version) return "the policy changed after the approval was asked";
  if (decide(policy, operation).verdict === "deny") return "the policy denies it";
  return undefined;
}
