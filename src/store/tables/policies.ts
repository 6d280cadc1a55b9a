import type { Insertable } from "kysely";
import type { Db } from "../schema.ts";

/** One version of a connection's policy document; versions are never changed. */
export interface PolicyRow {
  connection_id: string;
  version: number;
  document: string;
  digest: string;
  author: string;
  created_at: number;
}

export type NewPolicy = Insertable<PolicyRow>;

export function policiesTable(db: Db) {
  const newestFirst = (connectionId: string) =>
    db.selectFrom("policies").selectAll().where("connection_id", "=", connectionId).orderBy("version", "desc");
  return {
    /** A version that exists is a `conflict`: someone else saved meanwhile. */
    async insert(row: NewPolicy): Promise<void> {
      await db.insertInto("policies").values(row).execute();
    },
    async current(connectionId: string): Promise<PolicyRow | undefined> {
      return newestFirst(connectionId).limit(1).executeTakeFirst();
    },
    /** Newest first. */
    async list(connectionId: string): Promise<PolicyRow[]> {
      return newestFirst(connectionId).execute();
    },
  };
}
