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
  hmac: string;
}

export type ApprovalStatus = "pending" | "approved" | "denied" | "expired" | "voided" | "consumed";
export type NewApproval = Insertable<ApprovalRow>;
export type ApprovalPatch = Omit<Updateable<ApprovalRow>, "id" | "status">;

export interface ApprovalQuery {
  status?: ApprovalStatus | undefined;
  connection_id?: string | undefined;
  agent_id?: string | undefined;
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
    async list({ status, connection_id, agent_id, limit }: ApprovalQuery): Promise<ApprovalRow[]> {
      let query = db.selectFrom("approvals").selectAll().orderBy("created_at", "desc").orderBy("id", "desc").limit(limit);
      if (status !== undefined) query = query.where("status", "=", status);
      if (connection_id !== undefined) query = query.where("connection_id", "=", connection_id);
      if (agent_id !== undefined) query = query.where("agent_id", "=", agent_id);
      return query.execute();
    },
    /** How many wait for the owner and can still be decided. */
    async countPending(agentId: string, atMs: number): Promise<number> {
      const { count } = await db
        .selectFrom("approvals")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .where("agent_id", "=", agentId)
        .where("status", "=", "pending")
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
        .where("status", "in", ["consumed", "denied"])
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
