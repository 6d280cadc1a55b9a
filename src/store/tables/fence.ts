import type { Db } from "../schema.ts";

/** The one row that says who may send: the epoch in force, and whether the owner has stopped all writes. */
export interface FenceRow {
  id: 1;
  /** Goes up when a newer Halyard takes the store over; processes of an earlier one send nothing any more. */
  epoch: number;
  /** Version that holds the epoch. */
  version: string;
  stopped_at: number | null;
  stopped_by: string | null;
}

export function fenceTable(db: Db) {
  const read = (): Promise<FenceRow> => db.selectFrom("fence").selectAll().where("id", "=", 1).executeTakeFirstOrThrow();
  return {
    read,
    async set(patch: Partial<Omit<FenceRow, "id">>): Promise<void> {
      await db.updateTable("fence").set(patch).where("id", "=", 1).execute();
    },
  };
}
