import type { Insertable, Selectable } from "kysely";
import type { Db } from "../schema.ts";

/** A Klaviyo account (or a sandbox) and what its key may do. Times are epoch milliseconds, here and in every table. */
export interface ConnectionRow {
  id: string;
  name: string;
  kind: "klaviyo" | "sandbox";
  origin: string;
  account_id: string;
  account_name: string;
  scopes: string[];
  status: "active" | "revoked";
  created_at: number;
  checked_at: number;
  revoked_at: number | null;
}

export interface ConnectionColumns extends Omit<ConnectionRow, "scopes"> {
  /** JSON list. */
  scopes: string;
}

export type NewConnection = Omit<Insertable<ConnectionColumns>, "scopes"> & { scopes: string[] };
export type ConnectionPatch = Partial<Pick<ConnectionRow, "scopes" | "checked_at" | "account_name">>;

export function connectionsTable(db: Db) {
  return {
    /** A name that is taken is a `conflict`. */
    async insert(row: NewConnection): Promise<void> {
      await db
        .insertInto("connections")
        .values({ ...row, scopes: JSON.stringify(row.scopes) })
        .execute();
    },
    async find(id: string): Promise<ConnectionRow | undefined> {
      return decoded(await db.selectFrom("connections").selectAll().where("id", "=", id).executeTakeFirst());
    },
    async byName(name: string): Promise<ConnectionRow | undefined> {
      return decoded(await db.selectFrom("connections").selectAll().where("name", "=", name).executeTakeFirst());
    },
    async list(): Promise<ConnectionRow[]> {
      const rows = await db.selectFrom("connections").selectAll().orderBy("created_at").orderBy("id").execute();
      return rows.map(decodedRow);
    },
    async update(id: string, patch: ConnectionPatch): Promise<void> {
      const { scopes, ...rest } = patch;
      const columns = { ...rest, ...(scopes && { scopes: JSON.stringify(scopes) }) };
      if (Object.keys(columns).length === 0) return;
      await db.updateTable("connections").set(columns).where("id", "=", id).execute();
    },
    /** False when it was not active any more. */
    async revoke(id: string, at: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("connections")
        .set({ status: "revoked", revoked_at: at })
        .where("id", "=", id)
        .where("status", "=", "active")
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
  };
}

function decodedRow(row: Selectable<ConnectionColumns>): ConnectionRow {
  return { ...row, scopes: JSON.parse(row.scopes) as string[] };
}

function decoded(row: Selectable<ConnectionColumns> | undefined): ConnectionRow | undefined {
  return row && decodedRow(row);
}
