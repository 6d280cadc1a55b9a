import type { Insertable, Updateable } from "kysely";
import { preparedRows } from "../prepared.ts";
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
  /** The request, opaque: kept until nothing is left to be looked up. */
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
  /** Id of what it made: not to be taken for the work of another intent. */
  object_id: string | null;
  /** JSON list of ids that looked like its work before it was sent; for kinds that say no time. */
  known_before: string | null;
  /** The process that answers, or has answered, the caller: whether he heard it is known only while that one lives, or once it has gone on. */
  heard_by: string | null;
  told_at: number | null;
  /** `late`: it happened after it was thought not to. `twice`: it seems to have happened more than once. */
  alarm: IntentAlarm | null;
  alarm_at: number | null;
  /** JSON: what a job came to, in numbers. */
  job_counts: string | null;
  /** When its last attempt was let go, a moment before its bytes went; null when none was. */
  leaving_at: number | null;
}

export type IntentAlarm = "late" | "twice";
/** `not_done`: looked up, and it did not happen. `failed`: Klaviyo took it as a job, and the job failed or did only a part. */
export type IntentStatus = "open" | "done" | "accepted" | "rejected" | "unknown" | "not_sent" | "not_done" | "failed";
export type NewIntent = Insertable<IntentRow>;
export type IntentPatch = Pick<
  Updateable<IntentRow>,
  | "http_status"
  | "klaviyo_request_id"
  | "job_id"
  | "finished_at"
  | "evidence"
  | "request_sealed"
  | "answer_sealed"
  | "object_id"
  | "known_before"
  | "told_at"
  | "heard_by"
  | "alarm"
  | "alarm_at"
  | "job_counts"
>;
export type IntentEnd = { status: Exclude<IntentStatus, "open"> } & IntentPatch;

const insertRows = preparedRows<NewIntent, never>((db, rows) => db.insertInto("intents").values(rows));

export function intentsTable(db: Db) {
  const all = () => db.selectFrom("intents").selectAll();
  const move = async (id: string, from: IntentStatus[], end: IntentEnd): Promise<boolean> => {
    const { numUpdatedRows } = await db.updateTable("intents").set(end).where("id", "=", id).where("status", "in", from).executeTakeFirst();
    return numUpdatedRows === 1n;
  };
  return {
    /** A second intent for the same call or the same approval is a `conflict`: the database holds "one approval, one use". */
    async insert(row: NewIntent): Promise<void> {
      await insertRows(db, [row]);
    },
    async find(id: string): Promise<IntentRow | undefined> {
      return all().where("id", "=", id).executeTakeFirst();
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
    finish: (id: string, end: IntentEnd) => move(id, ["open"], end),
    /** Compare-and-swap: false when it is in none of `from`. */
    move,
    /** Changes what does not belong to its state. */
    async note(id: string, patch: IntentPatch): Promise<void> {
      await db.updateTable("intents").set(patch).where("id", "=", id).execute();
    },
    /** Open ones made before `olderThan`, oldest first: their sender may have died. */
    async listOpen({ olderThan }: { olderThan: number }): Promise<IntentRow[]> {
      return all().where("status", "=", "open").where("created_at", "<", olderThan).orderBy("created_at").orderBy("id").execute();
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
      return all().where("status", "=", "unknown").orderBy("created_at").orderBy("id").execute();
    },
    /** Notes that a process that is still there has told its callers what it ended before `beforeMs`. */
    async markHeard(holder: string, at: number, beforeMs: number): Promise<void> {
      await db
        .updateTable("intents")
        .set({ told_at: at })
        .where("heard_by", "=", holder)
        .where("told_at", "is", null)
        .where("status", "not in", ["open", "unknown"])
        .where("finished_at", "<=", beforeMs)
        .execute();
    },
    /** Whether one of this operation is on its way. */
    async isOpen(connectionId: string, operation: string): Promise<boolean> {
      const row = await db
        .selectFrom("intents")
        .select("id")
        .where("status", "=", "open")
        .where("connection_id", "=", connectionId)
        .where("operation", "=", operation)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
    /** Which of these objects an intent has made. */
    async madeOf(connectionId: string, objectIds: string[]): Promise<Map<string, string>> {
      if (objectIds.length === 0) return new Map();
      const rows = await db
        .selectFrom("intents")
        .select(["id", "object_id"])
        .where("connection_id", "=", connectionId)
        .where("object_id", "in", objectIds)
        .execute();
      return new Map(rows.map(({ id, object_id }) => [object_id ?? "", id]));
    },
    /** Those of the same call, oldest first. */
    async byDigest(connectionId: string, digest: string): Promise<IntentRow[]> {
      return all().where("connection_id", "=", connectionId).where("digest", "=", digest).orderBy("created_at").orderBy("id").execute();
    },
    /** Those that raise an alarm since then, newest first. */
    async listAlarms(sinceMs: number): Promise<IntentRow[]> {
      return all().where("alarm", "is not", null).where("alarm_at", ">=", sinceMs).orderBy("alarm_at", "desc").orderBy("id").execute();
    },
    /** How many of one agent's calls have an unknown outcome, and how many raise an alarm since then. */
    async countTroubles(connectionId: string, agentId: string, sinceMs: number): Promise<{ unknown: number; alarms: number }> {
      const rows = await db
        .selectFrom("intents")
        .innerJoin("calls", "calls.id", "intents.call_id")
        .select(["intents.status", "intents.alarm_at"])
        .where("intents.connection_id", "=", connectionId)
        .where("calls.agent_id", "=", agentId)
        .where(({ eb, or }) => or([eb("intents.status", "=", "unknown"), eb("intents.alarm_at", ">=", sinceMs)]))
        .execute();
      return {
        unknown: rows.filter(({ status }) => status === "unknown").length,
        alarms: rows.filter(({ alarm_at }) => alarm_at !== null && alarm_at >= sinceMs).length,
      };
    },
  };
}
