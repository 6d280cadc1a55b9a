import { prepared } from "../prepared.ts";
import type { Db } from "../schema.ts";

export interface MetaRow {
  key: string;
  value: string;
}

const valueOf = prepared<{ key: string }, { value: string }>((db, value) =>
  db.selectFrom("meta").select("value").where("key", "=", value("key")),
);

export function metaTable(db: Db) {
  const get = async (key: string): Promise<string | undefined> => {
    const [row] = await valueOf(db, { key });
    return row?.value;
  };
  return {
    get,
    async set(key: string, value: string): Promise<void> {
      await db
        .insertInto("meta")
        .values({ key, value })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
        .execute();
    },
    /** Sets it unless it is set; the value that holds now, the same for every process that adds at once. */
    async add(key: string, value: string): Promise<string> {
      await db
        .insertInto("meta")
        .values({ key, value })
        .onConflict((conflict) => conflict.column("key").doNothing())
        .execute();
      return (await get(key)) ?? value;
    },
  };
}
