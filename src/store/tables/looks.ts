import type { Db } from "../schema.ts";

/** Something that has to be looked up in the account, by whichever process comes by when it is due. */
export interface LookRow {
  intent_id: string;
  /** `outcome`: whether a write happened. `job`: how an accepted one ended. `late`: whether it happens after all, or twice. */
  purpose: LookPurpose;
  /** From when on the window counts. */
  since: number;
  next_at: number;
  looks: number;
  /** The process that is looking, and until when nobody else does. */
  claimed_by: string | null;
  claimed_until: number;
}

export type LookPurpose = "outcome" | "job" | "late";
type LookStart = Pick<LookRow, "intent_id" | "purpose" | "since" | "next_at">;

export function looksTable(db: Db) {
  return {
    async find(intentId: string): Promise<LookRow | undefined> {
      return db.selectFrom("looks").selectAll().where("intent_id", "=", intentId).executeTakeFirst();
    },
    /** Puts a look on the list, or in the place of the one that the intent has; nobody holds it then. */
    async put(look: LookStart): Promise<void> {
      const row = { ...look, looks: 0, claimed_by: null, claimed_until: 0 };
      await db
        .insertInto("looks")
        .values(row)
        .onConflict((conflict) => conflict.column("intent_id").doUpdateSet(row))
        .execute();
    },
    /** Due ones that nobody holds, oldest first. */
    async listDue(now: number, limit: number): Promise<LookRow[]> {
      return db
        .selectFrom("looks")
        .selectAll()
        .where("next_at", "<=", now)
        .where("claimed_until", "<=", now)
        .orderBy("next_at")
        .orderBy("intent_id")
        .limit(limit)
        .execute();
    },
    /** True for the one process that may look now; the claim runs out by itself. */
    async claim(intentId: string, holder: string, now: number, ttlMs: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("looks")
        .set({ claimed_by: holder, claimed_until: now + ttlMs })
        .where("intent_id", "=", intentId)
        .where("claimed_until", "<=", now)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    /** Whether `holder` still has it: what somebody else looked up meanwhile is not overwritten. */
    async isHeld(intentId: string, holder: string): Promise<boolean> {
      const row = await db
        .selectFrom("looks")
        .select("intent_id")
        .where("intent_id", "=", intentId)
        .where("claimed_by", "=", holder)
        .executeTakeFirst();
      return row !== undefined;
    },
    /** Counts a look that settled nothing and names the next. */
    async postpone(intentId: string, nextAt: number): Promise<void> {
      await db
        .updateTable("looks")
        .set((eb) => ({ next_at: nextAt, looks: eb("looks", "+", 1), claimed_by: null, claimed_until: 0 }))
        .where("intent_id", "=", intentId)
        .execute();
    },
    async remove(intentId: string): Promise<void> {
      await db.deleteFrom("looks").where("intent_id", "=", intentId).execute();
    },
  };
}
