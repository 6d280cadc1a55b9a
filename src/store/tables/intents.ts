import type { Insertable, Updateable } from "kysely";
import type { Db } from "../schema.ts";
import { inTransaction } from "../transaction.ts";

/** The promise to send one write, committed before it is sent, and how it ended. */
export interface IntentRow {
  id: string;
  call_id: string;
  approval_id: string | null;
  connection_id: string;
  operation: string;
  digest: string;
  retry_class: string;
  request_sealed: string | null;
  /** The process that sends it. */
  holder: string;
  created_at: number;
  status: IntentStatus;
  http_status: number | null;
  klaviyo_request_id: string | null;
  job_id: string | null;
  finished_at: number | null;
  /** How an unknown outcome was found out. */
  evidence: string | null;
  /** What Klaviyo answered, opaque: kept where the caller was not there to hear it. */
  answer_sealed: string | null;
  /** When its last attempt was let go, a moment before its bytes went; null when none was. */
  leaving_at: number | null;
}

export type IntentStatus = "open" | "done" | "accepted" | "rejected" | "unknown" | "not_sent";
export type NewIntent = Insertable<IntentRow>;
export type IntentEnd = { status: Exclude<IntentStatus, "open"> } & Pick<
  Updateable<IntentRow>,
  "http_status" | "klaviyo_request_id" | "job_id" | "finished_at" | "evidence" | "request_sealed" | "answer_sealed"
>;

export function intentsTable(db: Db) {
  return {
    /** A second intent for the same call or the same approval is a `conflict`: the database holds "one approval, one use". */
    async insert(row: NewIntent): Promise<void> {
      await db.insertInto("intents").values(row).execute();
    },
    async find(id: string): Promise<IntentRow | undefined> {
      return db.selectFrom("intents").selectAll().where("id", "=", id).executeTakeFirst();
    },
    /**
     * Lets an attempt go: marks the intent as leaving, if its connection is active and still in `epoch`, in one statement. False when it must ask anew.
     * A revocation that commits later finds the mark, one that committed earlier is found. It may be lost at power loss: it is no proof that nothing left.
     */
    async leave(id: string, connection: { id: string; epoch: number }, at: number): Promise<boolean> {
      return inTransaction(
        db,
        async (tx) => {
          // Changes nothing: on Postgres it waits here for a revocation under way, or has it wait for us.
          await tx
            .updateTable("connections")
            .set((eb) => ({ epoch: eb.ref("epoch") }))
            .where("id", "=", connection.id)
            .execute();
          const { numUpdatedRows } = await tx
            .updateTable("intents")
            .set({ leaving_at: at })
            .where("id", "=", id)
            .where("status", "=", "open")
            .where(({ exists, selectFrom }) =>
              exists(
                selectFrom("connections")
                  .select("id")
                  .where("id", "=", connection.id)
                  .where("status", "=", "active")
                  .where("epoch", "=", connection.epoch),
              ),
            )
            .executeTakeFirst();
          return numUpdatedRows === 1n;
        },
        "light",
      );
    },
    /** Those of a connection, or of one of its agents, that are not finished: on their way, or still waiting to be let go. Oldest first. */
    async listUnfinished(connectionId: string, agentId?: string): Promise<(IntentRow & { agent_id: string | null })[]> {
      let query = db
        .selectFrom("intents")
        .innerJoin("calls", "calls.id", "intents.call_id")
        .selectAll("intents")
        .select("calls.agent_id")
        .where("intents.connection_id", "=", connectionId)
        .where("intents.status", "=", "open")
        .orderBy("intents.created_at")
        .orderBy("intents.id");
      if (agentId !== undefined) query = query.where("calls.agent_id", "=", agentId);
      return query.execute();
    },
    /** False when it was finished before. */
    async finish(id: string, end: IntentEnd): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("intents")
        .set(end)
        .where("id", "=", id)
        .where("status", "=", "open")
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    /** Says how an unknown outcome ended after all; false when it is not unknown. */
    async resolve(id: string, from: "unknown", end: IntentEnd): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("intents")
        .set(end)
        .where("id", "=", id)
        .where("status", "=", from)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    /** Open ones made before `olderThan`, oldest first: their sender may have died. */
    async listOpen({ olderThan }: { olderThan: number }): Promise<IntentRow[]> {
      return db
        .selectFrom("intents")
        .selectAll()
        .where("status", "=", "open")
        .where("created_at", "<", olderThan)
        .orderBy("created_at")
        .orderBy("id")
        .execute();
    },
    /** Drops requests and answers of those made in this time (epoch milliseconds, `to` exclusive). */
    async forget(from: number, to: number): Promise<void> {
      await db
        .updateTable("intents")
        .set({ request_sealed: null, answer_sealed: null })
        .where("created_at", ">=", from)
        .where("created_at", "<", to)
        .execute();
    },
    async listUnknown(): Promise<IntentRow[]> {
      return db.selectFrom("intents").selectAll().where("status", "=", "unknown").orderBy("created_at").orderBy("id").execute();
    },
  };
}
