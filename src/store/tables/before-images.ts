import type { Insertable, Updateable } from "kysely";
import type { Db } from "../schema.ts";
import { inTransaction } from "../transaction.ts";

/** What was there before a write that can be undone, and how far its undoing has come. One row a call; sealed texts are opaque here. */
export interface BeforeImageRow {
  call_id: string;
  connection_id: string;
  undo_class: "exact" | "compensation";
  /** The write and what was read before it; null once erased. */
  sealed: string | null;
  /** What the write made, and what was read after it. */
  after_sealed: string | null;
  kept_at: number;
  /** From then on it cannot be undone, and what was kept is erased. */
  until: number;
  /** Steps of the undoing that are done. */
  steps_done: number;
  /** The call that is doing the next step, from its intent to its outcome. */
  step_call: string | null;
  /** What the steps done so far made. */
  steps_sealed: string | null;
  /** The call of the last step, once all are done. */
  undone_by: string | null;
  undone_at: number | null;
  erased_at: number | null;
}

export type NewBeforeImage = Insertable<BeforeImageRow>;
/** What is left of the sealed texts of an erased row. */
export const ERASED = { sealed: null, after_sealed: null, steps_sealed: null };

export function beforeImagesTable(db: Db) {
  const one = (callId: string) => db.updateTable("before_images").where("call_id", "=", callId);
  return {
    async insert(row: NewBeforeImage): Promise<void> {
      await db.insertInto("before_images").values(row).execute();
    },
    async find(callId: string): Promise<BeforeImageRow | undefined> {
      return db.selectFrom("before_images").selectAll().where("call_id", "=", callId).executeTakeFirst();
    },
    async forCalls(callIds: string[]): Promise<BeforeImageRow[]> {
      return callIds.length === 0 ? [] : db.selectFrom("before_images").selectAll().where("call_id", "in", callIds).execute();
    },
    /** For a write that changed nothing: there is nothing to undo. */
    async remove(callId: string): Promise<void> {
      await db.deleteFrom("before_images").where("call_id", "=", callId).execute();
    },
    /** Keeps what was read after the write; an erased image stays erased. Lost at power loss, it makes an undoing say that it cannot tell what others changed since. */
    async keepAfter(callId: string, sealed: string): Promise<void> {
      await inTransaction(
        db,
        async (tx) => {
          await tx
            .updateTable("before_images")
            .set({ after_sealed: sealed })
            .where("call_id", "=", callId)
            .where("erased_at", "is", null)
            .execute();
        },
        "light",
      );
    },
    /** One undoing at a time: false when another has the step, has done it, or nothing is kept any more. */
    async claimStep(callId: string, step: number, byCall: string): Promise<boolean> {
      const { numUpdatedRows } = await one(callId)
        .set({ step_call: byCall })
        .where("steps_done", "=", step)
        .where("step_call", "is", null)
        .where("undone_at", "is", null)
        .where("erased_at", "is", null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    /** Ends the step that `byCall` has: done with `patch`, or given back; false when it is not that call's. */
    async endStep(callId: string, byCall: string, patch: Omit<Updateable<BeforeImageRow>, "call_id" | "step_call">): Promise<boolean> {
      const { numUpdatedRows } = await one(callId)
        .set({ ...patch, step_call: null })
        .where("step_call", "=", byCall)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    /** Those whose time is over and that are still kept, oldest first. */
    async listOver(atMs: number, limit: number): Promise<BeforeImageRow[]> {
      return db
        .selectFrom("before_images")
        .selectAll()
        .where("until", "<=", atMs)
        .where("erased_at", "is", null)
        .orderBy("until")
        .orderBy("call_id")
        .limit(limit)
        .execute();
    },
    async listKept(connectionId: string): Promise<BeforeImageRow[]> {
      return db.selectFrom("before_images").selectAll().where("connection_id", "=", connectionId).where("erased_at", "is", null).execute();
    },
    /** For a day that is erased, with all that lies under its key: those that were kept, or had a step done, on it. Gives how many there were. */
    async forget(keyPrefix: string, atMs: number): Promise<number> {
      const { numUpdatedRows } = await db
        .updateTable("before_images")
        .set({ ...ERASED, erased_at: atMs })
        .where("erased_at", "is", null)
        .where(({ eb, or }) => or((["sealed", "after_sealed", "steps_sealed"] as const).map((part) => eb(part, "like", `${keyPrefix}%`))))
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
    /** False when it was erased before. */
    async erase(callId: string, atMs: number): Promise<boolean> {
      const { numUpdatedRows } = await one(callId)
        .set({ ...ERASED, erased_at: atMs })
        .where("erased_at", "is", null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    /** For a connection that is cut off: what was read through it goes with its key. Gives how many there were. */
    async eraseForConnection(connectionId: string, atMs: number): Promise<number> {
      const { numUpdatedRows } = await db
        .updateTable("before_images")
        .set({ ...ERASED, erased_at: atMs })
        .where("connection_id", "=", connectionId)
        .where("erased_at", "is", null)
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
  };
}
