import { HalyardError } from "../lib/errors.ts";
import type { ApprovalRow } from "../store/tables/approvals.ts";
import { expireOverdue, settle, transition } from "./approval-life.ts";
import { approvedRequest, isGenuine, noSuchApproval, viewOf } from "./approvals.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import { consume, pastResult } from "./ask.ts";
import { OWNER, type ApprovalView, type Caller, type GateParts } from "./call.ts";
import { send } from "./dispatch.ts";
import { glimpse } from "./glimpse.ts";
import { NOTHING_SEEN, type Sight } from "./sight.ts";
import { seenNow } from "./undo-after.ts";

/** What people do with approvals: look, say yes, say no. */
export interface OwnerDesk {
  /** An approval as its own agent, or the owner, may see it; `not_found` for anyone else's. */
  approval(caller: Caller, approvalId: string): Promise<ApprovalView>;
  /** For the owner: approvals, newest first. */
  approvals(filter: { status?: ApprovalView["status"]; limit?: number }): Promise<ApprovalView[]>;
  /** The owner's yes. With `run` the call is sent at once and its result returned; without, the agent sends it by asking again. */
  approve(approvalId: string, by: string, options: { run: boolean }): Promise<ApprovalView>;
  /** The owner's no; to a call that was approved and has not been used yet, a taking back. */
  deny(approvalId: string, by: string, reason: string | null): Promise<ApprovalView>;
}

export function createOwnerDesk(parts: GateParts): OwnerDesk {
  const { store, clock, limits } = parts;

  async function viewWithResult(row: ApprovalRow): Promise<ApprovalView> {
    const connection = row.status === "consumed" ? await store.connections.find(row.connection_id) : undefined;
    const result = connection && (await pastResult(parts, store, row, connection));
    return { ...viewOf(row), ...(result && { result }) };
  }

  async function mustFindApproval(id: string): Promise<ApprovalRow> {
    const row = await store.approvals.find(id);
    if (!row) throw noSuchApproval();
    return settle(parts, row);
  }

  async function decideBy(approvalId: string, to: "approved" | "denied", by: string, reason: string | null): Promise<ApprovalRow> {
    const seen = await mustFindApproval(approvalId);
    if (!isGenuine(parts, seen)) {
      const hint = "Do not approve it. Run halyard audit verify.";
      throw new HalyardError("audit_broken", "The record of this approval was changed after it was made.", { hint });
    }
    const first = await store.transaction(async (tables) => {
      const row = await tables.approvals.find(approvalId);
      if (!row || (await expireOverdue(parts, tables, row))) return false;
      const at = clock.now();
      if (to === "denied" && row.status === "approved") {
        return transition(parts, tables, row, "voided", by, { status_reason: reason ?? "the owner took it back" });
      }
      const patch = {
        decided_by: by,
        decided_at: at,
        status_reason: reason,
        ...(to === "approved" && { use_by: at + limits.useWithinMs }),
      };
      return transition(parts, tables, row, to, by, patch);
    });
    const now = await mustFindApproval(approvalId);
    if (first) return now;
    const hint = `halyard approvals show ${approvalId} tells what happened.`;
    throw new HalyardError("conflict", `This approval is ${now.status} already.`, { hint });
  }

  /** Sends an approved call on the owner's yes, as the agent's own call. */
  async function run(row: ApprovalRow): Promise<void> {
    const connection = await store.connections.find(row.connection_id);
    const asked = await store.calls.find(row.call_id);
    if (!connection || !asked) throw noSuchApproval();
    const agent = await store.agents.find(row.agent_id);
    const caller: Caller = { door: asked.door, agentId: row.agent_id, agentName: agent?.name ?? row.agent_id, connectionId: connection.id };
    const sight = await sightOf(parts, row, connection);
    const departure = await store.transaction((tables) => consume(parts, tables, row, { caller, connection, sight }, row.call_id));
    if (!departure) return;
    const { status } = await send(parts, departure);
    // An agent is told when it asks again; the owner who called has just seen it.
    if (row.agent_id === OWNER && status !== "unknown") await store.approvals.markTold(row.id, clock.now());
  }

  return {
    async approval(caller, approvalId) {
      const row = await store.approvals.find(approvalId);
      if (!row || (caller.agentId !== OWNER && row.agent_id !== caller.agentId)) throw noSuchApproval();
      return viewWithResult(await settle(parts, row));
    },
    async approvals({ status, limit = 50 }) {
      const rows = await store.approvals.list({ status, limit });
      const settled = await Promise.all(rows.map((row) => settle(parts, row)));
      return settled.filter((row) => status === undefined || row.status === status).map(viewOf);
    },
    async approve(approvalId, by, options) {
      const approved = await decideBy(approvalId, "approved", by, null);
      if (options.run) await run(approved);
      return viewWithResult(await mustFindApproval(approvalId));
    },
    async deny(approvalId, by, reason) {
      return viewOf(await decideBy(approvalId, "denied", by, reason));
    },
  };
}

/** What an approved call acts on, as it is now; unread where it is not there any more, which voids the approval. */
async function sightOf(parts: GateParts, row: ApprovalRow, connection: ConnectionRow): Promise<Sight> {
  if (!isGenuine(parts, row)) return NOTHING_SEEN;
  const { operation, request, undoes } = approvedRequest(parts, row, connection);
  try {
    const undoSeen = undoes?.step === 0 ? await seenNow(parts, connection, undoes.call) : "";
    // Where the owner saw nothing there is nothing to look at.
    return await glimpse(parts, connection, operation, request, { isAsked: row.preconditions_digest !== "", undoSeen });
  } catch (thrown) {
    if (thrown instanceof HalyardError) return NOTHING_SEEN;
    throw thrown;
  }
}
