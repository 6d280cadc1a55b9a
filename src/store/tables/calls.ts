import type { Insertable, Updateable } from "kysely";
import { preparedRows } from "../prepared.ts";
import type { Db } from "../schema.ts";

/** One call through any door, from the moment it was received. */
export interface CallRow {
  id: string;
  door: "stdio" | "http" | "cli";
  agent_id: string | null;
  connection_id: string;
  action: string;
  operation: string;
  digest: string;
  effect_kind: string;
  risk: number;
  verdict: string | null;
  because: string | null;
  approval_id: string | null;
  intent_id: string | null;
  status: CallStatus;
  /** The agent's own words. */
  reason: string | null;
  error_code: string | null;
  http_status: number | null;
  /** Short text of what the call touches. */
  target: string | null;
  received_at: number;
  finished_at: number | null;
}

export type CallStatus =
  | "received"
  | "refused"
  | "denied"
  | "approval_required"
  | "sent"
  | "done"
  | "accepted"
  | "rejected"
  | "unknown"
  | "failed"
  | "expired"
  | "voided";

export type NewCall = Insertable<CallRow>;
export type CallPatch = Omit<Updateable<CallRow>, "id">;

export interface CallQuery {
  connection_id?: string | undefined;
  agent_id?: string | undefined;
  limit: number;
  /** Id of the last call of the page before. */
  before?: string | undefined;
}

const insertRows = preparedRows<NewCall, never>((db, rows) => db.insertInto("calls").values(rows));

export function callsTable(db: Db) {
  const find = (id: string): Promise<CallRow | undefined> => db.selectFrom("calls").selectAll().where("id", "=", id).executeTakeFirst();
  return {
    find,
    async insert(row: NewCall): Promise<void> {
      await insertRows(db, [row]);
    },
    async update(id: string, patch: CallPatch): Promise<void> {
      if (Object.keys(patch).length === 0) return;
      await db.updateTable("calls").set(patch).where("id", "=", id).execute();
    },
    /** The caller's last call with this digest that was sent, or is being sent; what was only asked or denied does not count. */
    async lastSent(agentId: string, digest: string): Promise<CallRow | undefined> {
      return db
        .selectFrom("calls")
        .selectAll()
        .where("digest", "=", digest)
        .where("agent_id", "=", agentId)
        .where("intent_id", "is not", null)
        .orderBy("received_at", "desc")
        .orderBy("id", "desc")
        .limit(1)
        .executeTakeFirst();
    },
    /** Ends every call that still waits on an approval, as the approval ended. */
    async endAsked(approvalId: string, status: CallStatus, at: number): Promise<void> {
      await db
        .updateTable("calls")
        .set({ status, finished_at: at })
        .where("approval_id", "=", approvalId)
        .where("status", "=", "approval_required")
        .execute();
    },
    /** How often each operation ran since then without being asked. */
    async countAllowed(connectionId: string, sinceMs: number): Promise<{ operation: string; count: number }[]> {
      return db
        .selectFrom("calls")
        .select(({ fn }) => ["operation", fn.countAll<number>().as("count")])
        .where("connection_id", "=", connectionId)
        .where("received_at", ">=", sinceMs)
        .where("verdict", "=", "allow")
        .where("status", "in", ["done", "accepted"])
        .groupBy("operation")
        .execute();
    },
    /** Drops what says in words what calls were about, of those received in this time (epoch milliseconds, `to` exclusive). */
    async forget(from: number, to: number): Promise<void> {
      await db
        .updateTable("calls")
        .set({ reason: null, target: null })
        .where("received_at", ">=", from)
        .where("received_at", "<", to)
        .execute();
    },
    /** Ends every call that was told that the outcome of this intent is unknown. */
    async endUnknown(intentId: string, status: CallStatus, at: number): Promise<void> {
      await db
        .updateTable("calls")
        .set({ status, finished_at: at, error_code: null })
        .where("intent_id", "=", intentId)
        .where("status", "=", "unknown")
        .execute();
    },
    /** Newest first; empty when `before` is not known. */
    async list({ connection_id, agent_id, limit, before }: CallQuery): Promise<CallRow[]> {
      let query = db.selectFrom("calls").selectAll().orderBy("received_at", "desc").orderBy("id", "desc").limit(limit);
      if (connection_id !== undefined) query = query.where("connection_id", "=", connection_id);
      if (agent_id !== undefined) query = query.where("agent_id", "=", agent_id);
      if (before !== undefined) {
        const edge = await find(before);
        if (!edge) return [];
        query = query.where(({ eb, and, or }) =>
          or([eb("received_at", "<", edge.received_at), and([eb("received_at", "=", edge.received_at), eb("id", "<", edge.id)])]),
        );
      }
      return query.execute();
    },
  };
}
