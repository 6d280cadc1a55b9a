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
  /** The write operations, with their classes, that the owner has seen; JSON. Null: none. */
  known: string | null;
  /** What it newly allows, asks and denies, against the version before; JSON. */
  diff: string | null;
  /** Under the vault's key, over all of the row. */
  mac: string | null;
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
    async find(connectionId: string, version: number): Promise<PolicyRow | undefined> {
      return newestFirst(connectionId).where("version", "=", version).executeTakeFirst();
    },
    /** Newest first. */
    async list(connectionId: string): Promise<PolicyRow[]> {
      return newestFirst(connectionId).execute();
    },
  };
}
