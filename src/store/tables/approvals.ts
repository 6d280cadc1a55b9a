import type { Insertable, Updateable } from "kysely";
import type { Db } from "../schema.ts";

/** A decision by a person about one exact call. */
export interface ApprovalRow {
  id: string;
  call_id: string;
  connection_id: string;
  account_id: string;
  agent_id: string;
  operation: string;
  revision: string;
  catalog_hash: string;
  digest: string;
  preconditions_digest: string;
  effect_kind: string;
  risk: number;
  people: number | null;
  people_basis: "counted" | "estimated" | "none";
  tainted: 0 | 1;
  policy_version: number;
  /** JSON. */
  card: string;
  card_digest: string;
  /** Opaque; only the vault can open it. */
  request_sealed: string;
  created_at: number;
  decide_by: number;
  use_by: number;
  status: ApprovalStatus;
  status_reason: string | null;
  decided_by: string | null;
  decided_at: number | null;
  consumed_at: number | null;
  intent_id: string | null;
  told_at: number | null;
  /** Form of the record; what an earlier Halyard wrote has a lower one and is voided. */
  record_version: number;
  /** What the gate read of the thing that the call acts on, sealed; null where there was nothing to read. */
  seen_sealed: string | null;
  /** The approval in whose place this one is, and the one in the place of this. */
  replaces: string | null;
  replaced_by: string | null;
  /** Who changed the arguments that the agent had asked for. */
  edited_by: string | null;
  /** The denied approval that this one nearly repeats. */
  variant_of: string | null;
  /** When an approved send may go. */
  held_until: number | null;
  /** 1 where it is sent when it may go, without the agent asking again. */
  runs_itself: 0 | 1;
  /** Of a plan that was begun: the process that sends its steps. */
  sender: string | null;
  /** When the owner asked to stop what was being sent. */
  stop_asked_at: number | null;
  /** Of a step: its plan, and its place in it from 1. */
  plan_id: string | null;
  plan_step: number | null;
  hmac: string;
}

export type ApprovalStatus = "pending" | "approved" | "denied" | "expired" | "voided" | "consumed" | EndedStatus;
/** How the sending of a used approval ended. */
export type EndedStatus = "done" | "accepted" | "rejected" | "failed" | "unknown" | "reconciled";
export type NewApproval = Insertable<ApprovalRow>;
export type ApprovalPatch = Omit<Updateable<ApprovalRow>, "id" | "status">;

export interface ApprovalQuery {
  status?: ApprovalStatus | undefined;
  connection_id?: string | undefined;
  agent_id?: string | undefined;
  /** Steps of plans are left out. */
  whole?: true | undefined;
  limit: number;
}

const LIVE: ApprovalStatus[] = ["pending", "approved"];

export function approvalsTable(db: Db) {
  return {
    /** A second pending or approved one for the same agent and digest is a `conflict`. */
    async insert(row: NewApproval): Promise<void> {
      await db.insertInto("approvals").values(row).execute();
    },
    async find(id: string): Promise<ApprovalRow | undefined> {
      return db.selectFrom("approvals").selectAll().where("id", "=", id).executeTakeFirst();
    },
    /** The one that is pending or approved. */
    async pendingByDigest(agentId: string, digest: string): Promise<ApprovalRow | undefined> {
      return db
        .selectFrom("approvals")
        .selectAll()
        .where("agent_id", "=", agentId)
        .where("digest", "=", digest)
        .where("status", "in", LIVE)
        .executeTakeFirst();
    },
    /** Whatever their status, newest first. */
    async byDigest(agentId: string, digest: string, limit: number): Promise<ApprovalRow[]> {
      return db
        .selectFrom("approvals")
        .selectAll()
        .where("agent_id", "=", agentId)
        .where("digest", "=", digest)
        .orderBy("created_at", "desc")
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
    },
    /** Newest first. */
    async list({ status, connection_id, agent_id, whole, limit }: ApprovalQuery): Promise<ApprovalRow[]> {
      let query = db.selectFrom("approvals").selectAll().orderBy("created_at", "desc").orderBy("id", "desc").limit(limit);
      if (status !== undefined) query = query.where("status", "=", status);
      if (whole) query = query.where("plan_id", "is", null);
      if (connection_id !== undefined) query = query.where("connection_id", "=", connection_id);
      if (agent_id !== undefined) query = query.where("agent_id", "=", agent_id);
      return query.execute();
    },
    /** The steps of a plan, in order. */
    async stepsOf(planId: string): Promise<ApprovalRow[]> {
      return db.selectFrom("approvals").selectAll().where("plan_id", "=", planId).orderBy("plan_step").execute();
    },
    /** Approved ones that were held, go by themselves, and may go now; the longest held first. */
    async listDue(atMs: number): Promise<ApprovalRow[]> {
      return db
        .selectFrom("approvals")
        .selectAll()
        .where("status", "=", "approved")
        .where("runs_itself", "=", 1)
        .where("plan_id", "is", null)
        .where("held_until", "<=", atMs)
        .orderBy("held_until")
        .orderBy("id")
        .execute();
    },
    /** What the owner denied an agent of one operation since then, newest first. */
    async deniedOf(agentId: string, operation: string, sinceMs: number): Promise<ApprovalRow[]> {
      return db
        .selectFrom("approvals")
        .selectAll()
        .where("agent_id", "=", agentId)
        .where("operation", "=", operation)
        .where("status", "=", "denied")
        .where("decided_at", ">=", sinceMs)
        .orderBy("decided_at", "desc")
        .orderBy("id", "desc")
        .limit(50)
        .execute();
    },
    /** Asks to stop an approval that is being sent; true for the first to ask. */
    async askStop(id: string, at: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("approvals")
        .set({ stop_asked_at: at })
        .where("id", "=", id)
        .where("status", "=", "consumed")
        .where("stop_asked_at", "is", null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    /** How many wait for the owner and can still be decided. */
    async countPending(agentId: string, atMs: number): Promise<number> {
      const { count } = await db
        .selectFrom("approvals")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .where("agent_id", "=", agentId)
        .where("status", "=", "pending")
        .where("plan_id", "is", null)
        .where("decide_by", ">=", atMs)
        .executeTakeFirstOrThrow();
      return count;
    },
    /** The same for all agents of a connection, and its owner. */
    async countPendingOf(connectionId: string, atMs: number): Promise<number> {
      const { count } = await db
        .selectFrom("approvals")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .where("connection_id", "=", connectionId)
        .where("status", "=", "pending")
        .where("plan_id", "is", null)
        .where("decide_by", ">=", atMs)
        .executeTakeFirstOrThrow();
      return count;
    },
    /** How often the owner said yes and no to each operation since then; a yes counts when it was used. */
    async countDecided(connectionId: string, sinceMs: number): Promise<{ operation: string; status: ApprovalStatus; count: number }[]> {
      return db
        .selectFrom("approvals")
        .select(({ fn }) => ["operation", "status", fn.countAll<number>().as("count")])
        .where("connection_id", "=", connectionId)
        .where("created_at", ">=", sinceMs)
        .where("status", "not in", ["pending", "approved", "expired", "voided"])
        .where("operation", "!=", "plan")
        .groupBy(["operation", "status"])
        .execute();
    },
    /** Compare-and-swap: false when the approval is in none of `from`, so of two that try only one wins. */
    async transition(id: string, from: ApprovalStatus[], to: ApprovalStatus, patch: ApprovalPatch = {}): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("approvals")
        .set({ ...patch, status: to })
        .where("id", "=", id)
        .where("status", "in", from)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    /** Those whose cards are not sealed: written by an earlier Halyard. */
    async inTheClear(): Promise<Pick<ApprovalRow, "id" | "card">[]> {
      return db.selectFrom("approvals").select(["id", "card"]).where("card", "like", "{%").execute();
    },
    async reseal(id: string, card: string): Promise<void> {
      await db.updateTable("approvals").set({ card }).where("id", "=", id).execute();
    },
    /** Drops the requests of those made in this time (epoch milliseconds, `to` exclusive); none of them can be used any more. */
    async forget(from: number, to: number): Promise<void> {
      await db.updateTable("approvals").set({ request_sealed: "" }).where("created_at", ">=", from).where("created_at", "<", to).execute();
    },
    /** Names the approval that took the place of another. */
    async link(id: string, replacedBy: string): Promise<void> {
      await db.updateTable("approvals").set({ replaced_by: replacedBy }).where("id", "=", id).execute();
    },
    /** True for the first to say so. */
    async markTold(id: string, at: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("approvals")
        .set({ told_at: at })
        .where("id", "=", id)
        .where("told_at", "is", null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
  };
}
