import { HalyardError } from "../../lib/errors.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { ApprovalRow } from "../../store/tables/approvals.ts";
import { expireOverdue, settle, transition } from "./approval-life.ts";
import { approvedRequest, isGenuine, noSuchApproval, viewOf } from "./approvals.ts";
import { isUsed, OWNER, PLAN, type ApprovalView, type Caller, type GateParts } from "../call.ts";
import { isClockBack } from "./clearance.ts";
import { edit } from "./edit.ts";
import { isHeld } from "./hold.ts";
import { pastResult } from "./past.ts";
import { recheck, release } from "./release.ts";
import { cardOf } from "../cards/sealed-card.ts";
import { standingFor, type Standing, type StandingScope } from "./standing-permission.ts";
import { stop, type Stopped } from "./stop-held.ts";

/** What people do with approvals: look, say yes, say no, change, stop. */
export interface OwnerDesk {
  /** An approval as its own agent, or the owner, may see it; `not_found` for anyone else's. */
  approval(caller: Caller, approvalId: string): Promise<ApprovalView>;
  /** For the owner: approvals, newest first; the steps of a plan are in its card. */
  approvals(filter: { status?: ApprovalView["status"]; limit?: number }): Promise<ApprovalView[]>;
  /**
   * The owner's yes. With `run` the call is sent at once, or when its hold is over, and its result returned; without, the agent sends it by asking again.
   * `always` makes it a rule of the policy as well.
   */
  approve(approvalId: string, by: string, options: { run: boolean; always?: StandingScope }): Promise<ApprovalView>;
  /** The owner's no; to a call that was approved and has not been used yet, a taking back. */
  deny(approvalId: string, by: string, reason: string | null): Promise<ApprovalView>;
  /** Puts the call with other arguments in the place of the one that was asked; it waits for a yes of its own. */
  edit(approvalId: string, by: string, changes: JsonObject): Promise<ApprovalView>;
  /** The change of the policy that `always` would make. */
  standing(approvalId: string, scope: StandingScope): Promise<Standing>;
  /** Stops what was approved and has not left, by the id of the approval or of the call; tells whether it had. */
  stop(id: string, by: string): Promise<Stopped>;
  /** Sends what is approved and whose hold is over; any process does it. Gives the number. */
  sendDue(): Promise<number>;
}

/** What {@link assertMaySend} throws. */
const MAY_NOT_SEND = new Set(["writes_stopped", "superseded"]);

export function createOwnerDesk(parts: GateParts): OwnerDesk {
  const { store, clock, limits } = parts;

  async function viewWithResult(row: ApprovalRow): Promise<ApprovalView> {
    const connection = await store.connections.find(row.connection_id);
    const result = connection && isUsed(row.status) ? await pastResult(parts, store, row, connection) : undefined;
    const executed =
      connection && row.edited_by !== null && isGenuine(parts, row) ? approvedRequest(parts, row, connection).args : undefined;
    return { ...viewOf(parts, row), ...(executed && { executed }), ...(result && { result }) };
  }

  async function mustFindApproval(id: string): Promise<ApprovalRow> {
    const row = await store.approvals.find(id);
    if (!row) throw noSuchApproval();
    return settle(parts, row);
  }

  async function mustBeOurs(id: string): Promise<ApprovalRow> {
    const row = await mustFindApproval(id);
    if (row.plan_id !== null)
      throw new HalyardError("usage", `This is a step of a plan; the plan is decided as a whole.`, {
        hint: `halyard approvals show ${row.plan_id}`,
      });
    if (isGenuine(parts, row)) return row;
    // What was written by an earlier Halyard, or is over, tells so itself.
    if (row.status !== "pending" && row.status !== "approved") throw decidedAlready(row);
    const hint = "Do not approve it. Run halyard audit verify.";
    throw new HalyardError("audit_broken", "The record of this approval was changed after it was made.", { hint });
  }

  async function decideBy(seen: ApprovalRow, to: "approved" | "denied", by: string, patch: Partial<ApprovalRow>): Promise<ApprovalRow> {
    const first = await store.transaction(async (tables) => {
      const row = await tables.approvals.find(seen.id);
      if (!row || (await expireOverdue(parts, tables, row))) return false;
      if (to === "approved" && (await isClockBack(parts, tables, row)))
        throw new HalyardError("conflict", "The clock of this machine was set back, so what is still in time cannot be told.", {
          hint: "Set the clock right, then decide again.",
        });
      if (to === "denied" && row.status === "approved") {
        return transition(parts, tables, row, "voided", by, { status_reason: patch.status_reason ?? "the owner took it back" });
      }
      return transition(parts, tables, row, to, by, { ...patch, decided_by: by, decided_at: clock.now() });
    });
    const now = await mustFindApproval(seen.id);
    if (first) return now;
    throw decidedAlready(now);
  }

  async function approve(id: string, by: string, { run, always }: { run: boolean; always?: StandingScope }): Promise<ApprovalView> {
    const seen = await mustBeOurs(id);
    parts.at("owner.found");
    if (seen.status !== "pending") throw decidedAlready(seen);
    const isOfEdit = seen.edited_by !== null;
    const standing = always && (await makeStanding(seen, by, always));
    parts.at("owner.standing-made");
    const at = clock.now();
    const holdMs = (cardOf(parts, seen)?.hold_seconds ?? 0) * 1000;
    const approved = await decideBy(seen, "approved", by, {
      use_by: at + holdMs + limits.useWithinMs,
      ...(holdMs > 0 && { held_until: at + holdMs }),
      // An edited call is not what the agent would ask again, so it does not wait for that.
      runs_itself: run || isOfEdit ? 1 : 0,
      ...(standing !== undefined && { policy_version: standing }),
    });
    parts.at("owner.approved");
    if (isHeld(approved, clock.now())) await recheck(parts, approved);
    else if (run || isOfEdit) await releaseOrVoid(approved);
    parts.at("owner.released");
    return viewWithResult(await mustFindApproval(id));
  }

  /** Where all writes were stopped between the yes and the sending, the yes does not outlive the stop. */
  async function releaseOrVoid(row: ApprovalRow): Promise<void> {
    try {
      await release(parts, row);
    } catch (thrown) {
      if (!(thrown instanceof HalyardError && MAY_NOT_SEND.has(thrown.code))) throw thrown;
      const reason = { status_reason: "no write may be sent any more: all were stopped, or a newer Halyard has the store" };
      await store.transaction((tables) => transition(parts, tables, row, "voided", "gate", reason));
    }
  }

  /** Saves the rule and gives the version of the policy with it: the yes is given under that one. */
  async function makeStanding(row: ApprovalRow, by: string, scope: StandingScope): Promise<number> {
    const connection = await store.connections.find(row.connection_id);
    if (!connection) throw noSuchApproval();
    const { version } = await parts.policies.current(connection);
    if (version !== row.policy_version)
      throw new HalyardError("conflict", "The policy changed after this was asked.", {
        hint: "Approve it without --always; a new card follows.",
      });
    const { text } = await standingFor(parts, row, scope);
    const saved = await parts.policies.save(connection, text, by);
    if (saved.version !== version + 1)
      throw new HalyardError("conflict", "Someone else changed the policy at the same moment; nothing was approved.");
    return saved.version;
  }

  async function sendDue(): Promise<number> {
    const due = await store.approvals.listDue(clock.now());
    for (const row of due) {
      const settled = await settle(parts, row);
      if (settled.status === "approved") await release(parts, settled);
    }
    return due.length;
  }

  return {
    async approval(caller, approvalId) {
      const row = await store.approvals.find(approvalId);
      if (!row || (caller.agentId !== OWNER && row.agent_id !== caller.agentId)) throw noSuchApproval();
      return viewWithResult(await settle(parts, row));
    },
    async approvals({ status, limit = 50 }) {
      const rows = await store.approvals.list({ status, whole: true, limit });
      const settled = await Promise.all(rows.map((row) => settle(parts, row)));
      return settled.filter((row) => status === undefined || row.status === status).map((row) => viewOf(parts, row));
    },
    approve,
    async deny(approvalId, by, reason) {
      return viewOf(parts, await decideBy(await mustBeOurs(approvalId), "denied", by, { status_reason: reason }));
    },
    async edit(approvalId, by, changes) {
      return viewWithResult(await edit(parts, await mustBeOurs(approvalId), by, changes));
    },
    standing: async (approvalId, scope) => standingFor(parts, await mustBeOurs(approvalId), scope),
    async stop(id, by) {
      const { outcome, row } = await stop(parts, id, by);
      return { outcome, approval: await viewWithResult(row) };
    },
    sendDue,
  };
}

function decidedAlready({ id, status, operation }: ApprovalRow): HalyardError {
  const hint = `halyard approvals show ${id} tells what happened.`;
  return new HalyardError("conflict", `This ${operation === PLAN ? "plan" : "approval"} is ${status} already.`, { hint });
}
