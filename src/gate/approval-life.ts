import type { Operation } from "../catalog/operation.ts";
import type { WireRequest } from "../catalog/request.ts";
import { decide } from "../policy/decide.ts";
import type { ApprovalRow } from "../store/tables/approvals.ts";
import type { Tables } from "../store/tables.ts";
import { approvedRequest, isGenuine, macOf, promisedUndo } from "./approvals.ts";
import { OWNER, type ApprovalStatus, type GateParts } from "./call.ts";
import { keepsPromise } from "./glimpse.ts";
import type { Sight } from "./sight.ts";
import type { StepOf } from "./undo-keeping.ts";

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

type Patch = Partial<Omit<ApprovalRow, "id" | "status" | "hmac">>;

/** One transition with its audit row, in the caller's transaction. False when another got there first. */
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
    fields: { approval: row.id, from: row.status, by, digest: row.digest, reason: patch.status_reason ?? null },
  });
  return true;
}

/** Voids what waits or is approved of a connection or an agent that is revoked: a card that can no longer be used asks nobody. */
export async function voidLive(
  parts: GateParts,
  tables: Tables,
  whose: { connection_id: string } | { agent_id: string },
  by: string,
  reason: string,
): Promise<void> {
  for (const status of ["pending", "approved"] as const) {
    for (const row of await tables.approvals.list({ status, ...whose, limit: 10_000 })) {
      await transition(parts, tables, row, "voided", by, { status_reason: reason });
    }
  }
}

/** Whether the clocks have run out on a live approval. */
export function isOverdue(row: ApprovalRow, nowMs: number): boolean {
  return (row.status === "pending" && nowMs > row.decide_by) || (row.status === "approved" && nowMs > row.use_by);
}

/** Moves what is overdue to `expired`, in the caller's transaction; true when it did. */
export async function expireOverdue(parts: GateParts, tables: Tables, row: ApprovalRow): Promise<boolean> {
  if (!isOverdue(row, parts.clock.now())) return false;
  const reason = row.status === "pending" ? "not decided in time" : "approved, but not used in time";
  return transition(parts, tables, row, "expired", "clock", { status_reason: reason });
}

/** The row as it stands, after what is overdue has expired. */
export async function settle(parts: GateParts, row: ApprovalRow): Promise<ApprovalRow> {
  if (!isOverdue(row, parts.clock.now())) return row;
  await parts.store.transaction((tables) => expireOverdue(parts, tables, row));
  return (await parts.store.approvals.find(row.id)) ?? row;
}

/** An approved call that may be sent, or why it may not be sent any more. */
export type Clearance = { operation: Operation; request: WireRequest; undoes?: StepOf } | { obstacle: string };

/** Checked in the transaction that uses the approval up, on what is committed then. Nothing sealed is opened before the row is known to be ours. */
export async function clearanceOf(parts: GateParts, tables: Tables, row: ApprovalRow, sight: Sight): Promise<Clearance> {
  const connection = await tables.connections.find(row.connection_id);
  const agent = row.agent_id === OWNER ? undefined : await tables.agents.find(row.agent_id);
  if (!isGenuine(parts, row)) return { obstacle: "the record of the approval was changed" };
  if (connection?.status !== "active") return { obstacle: "the connection was revoked" };
  if (connection.account_id !== row.account_id) return { obstacle: "the connection is with another account now" };
  if (agent && agent.revoked_at !== null) return { obstacle: "the agent was revoked" };
  if (row.catalog_hash !== parts.catalog.hash) return { obstacle: "the catalog of actions changed after the approval was asked" };
  if (await isClockBack(parts, tables, row)) return { obstacle: "the clock was set back" };
  if (parts.clock.now() > row.use_by) return { obstacle: "it was not used in time" };
  const { policy, version } = await parts.policies.current(connection, tables);
  if (version !== row.policy_version) return { obstacle: "the policy changed after the approval was asked" };
  if (row.preconditions_digest !== sight.seen)
    return { obstacle: "what it acts on is not as the owner saw it any more, or cannot be read" };
  if (sight.before.state === "unread") return { obstacle: "what it acts on is not there any more" };
  if (!keepsPromise(sight.before, promisedUndo(row))) return { obstacle: "what is there now cannot be read, so it could not be undone" };
  const approved = approvedRequest(parts, row, connection);
  return decide(policy, approved.operation).verdict === "deny" ? { obstacle: "the policy denies it" } : approved;
}

/** The newest audit row is the latest time that anyone saw: a decision after a set-back clock does not hide it. */
async function isClockBack(parts: GateParts, tables: Tables, row: ApprovalRow): Promise<boolean> {
  const { seq } = await tables.audit.head();
  const [newest] = await tables.audit.list({ after: seq - 1, limit: 1 });
  const latest = Math.max(row.created_at, row.decided_at ?? 0, newest?.at ?? 0);
  return parts.clock.now() < latest - CLOCK_BACK_MS;
}
