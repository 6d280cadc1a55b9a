import type { Insertable } from "kysely";
import { prepared } from "../prepared.ts";
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

const newest = prepared<{ connectionId: string }, PolicyRow>((db, value) =>
  db.selectFrom("policies").selectAll().where("connection_id", "=", value("connectionId")).orderBy("version", "desc").limit(1),
);

export function policiesTable(db: Db) {
  const newestFirst = (connectionId: string) =>
    db.selectFrom("policies").selectAll().where("connection_id", "=", connectionId).orderBy("version", "desc");
  return {
    /** A version that exists is a `conflict`: someone else saved meanwhile. */
    async insert(row: NewPolicy): Promise<void> {
      await db.insertInto("policies").values(row).execute();
    },
    async current(connectionId: string): Promise<PolicyRow | undefined> {
      return (await newest(db, { connectionId }))[0];
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
