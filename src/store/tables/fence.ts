import type { Db } from "../schema.ts";

/** The one row that says who may send: the epoch in force, how many intents there have been, and whether the owner has stopped all writes. */
export interface FenceRow {
  id: 1;
  /** Goes up when a newer Halyard takes the store over; processes of an earlier one send nothing any more. */
  epoch: number;
  /** Version that holds the epoch. */
  version: string;
  /** Intents ever written: a store that was put back from a backup counts fewer than were sent. */
  intents: number;
  stopped_at: number | null;
  stopped_by: string | null;
}

export function fenceTable(db: Db) {
  const read = (): Promise<FenceRow> => db.selectFrom("fence").selectAll().where("id", "=", 1).executeTakeFirstOrThrow();
  return {
    read,
    async set(patch: Partial<Omit<FenceRow, "id" | "intents">>): Promise<void> {
      await db.updateTable("fence").set(patch).where("id", "=", 1).execute();
    },
    /** Counts one intent more; its number. */
    async count(): Promise<number> {
      const { intents } = await db
        .updateTable("fence")
        .set((eb) => ({ intents: eb("intents", "+", 1) }))
        .where("id", "=", 1)
        .returning("intents")
        .executeTakeFirstOrThrow();
      return intents;
    },
    /** Raises the count to what is known to have been sent; never lowers it. */
    async countAtLeast(intents: number): Promise<void> {
      await db.updateTable("fence").set({ intents }).where("id", "=", 1).where("intents", "<", intents).execute();
    },
  };
}
