import { prepared } from "../prepared.ts";
import type { Db } from "../schema.ts";

/** A data key, wrapped by a master key. Without its row, what it sealed opens no more, whoever has the master key. */
export interface DataKeyRow {
  id: string;
  /** Null for the store's own key. */
  connection_id: string | null;
  /** Name of the master key. */
  wrapped_by: string;
  wrapped: string;
  created_at: number;
}

const byId = prepared<{ id: string }, DataKeyRow>((db, value) => db.selectFrom("data_keys").selectAll().where("id", "=", value("id")));

export function dataKeysTable(db: Db) {
  return {
    async find(id: string): Promise<DataKeyRow | undefined> {
      return (await byId(db, { id }))[0];
    },
    async list(): Promise<DataKeyRow[]> {
      return db.selectFrom("data_keys").selectAll().orderBy("created_at").orderBy("id").execute();
    },
    async insert(row: DataKeyRow): Promise<void> {
      await db.insertInto("data_keys").values(row).execute();
    },
    /** Puts the same key under another master key; false when it was wrapped anew meanwhile. */
    async rewrap(id: string, from: string, to: Pick<DataKeyRow, "wrapped" | "wrapped_by">): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("data_keys")
        .set(to)
        .where("id", "=", id)
        .where("wrapped", "=", from)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    /** Forgets every key of a connection, but the one to keep. How many were removed. */
    async removeForConnection(connectionId: string, keep?: string): Promise<number> {
      let query = db.deleteFrom("data_keys").where("connection_id", "=", connectionId);
      if (keep !== undefined) query = query.where("id", "!=", keep);
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
  };
}
