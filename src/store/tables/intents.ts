import type { Insertable, Updateable } from "kysely";
import type { Db } from "../schema.ts";

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
