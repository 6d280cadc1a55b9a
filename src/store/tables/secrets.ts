import type { Insertable } from "kysely";
import { prepared } from "../prepared.ts";
import type { Db } from "../schema.ts";

/** A sealed value; only the vault can open it. */
export interface SecretRow {
  id: string;
  connection_id: string | null;
  purpose: SecretPurpose;
  version: number;
  sealed: string;
  created_at: number;
}

export type SecretPurpose = "klaviyo-key" | "privacy-key" | "agent-token" | "request" | "audit-signing" | "audit-day";
export type NewSecret = Insertable<SecretRow>;

const newestOf = prepared<{ connectionId: string; purpose: SecretPurpose }, SecretRow>((db, value) =>
  db
    .selectFrom("secrets")
    .selectAll()
    .where("connection_id", "=", value("connectionId"))
    .where("purpose", "=", value("purpose"))
    .orderBy("version", "desc")
    .limit(1),
);

export function secretsTable(db: Db) {
  return {
    async insert(row: NewSecret): Promise<void> {
      await db.insertInto("secrets").values(row).execute();
    },
    async find(id: string): Promise<SecretRow | undefined> {
      return db.selectFrom("secrets").selectAll().where("id", "=", id).executeTakeFirst();
    },
    /** The newest version. */
    async forConnection(connectionId: string, purpose: SecretPurpose): Promise<SecretRow | undefined> {
      return (await newestOf(db, { connectionId, purpose }))[0];
    },
    /** Those of the gateway itself, which belong to no connection; oldest first. */
    async ofGateway(purpose: SecretPurpose): Promise<SecretRow[]> {
      return db.selectFrom("secrets").selectAll().where("connection_id", "is", null).where("purpose", "=", purpose).orderBy("id").execute();
    },
    /** Every secret, for re-sealing under another master key. */
    async list(): Promise<SecretRow[]> {
      return db.selectFrom("secrets").selectAll().orderBy("id").execute();
    },
    /** Puts a re-sealed text in the place of the one that was read; false when it changed in between. */
    async reseal(id: string, from: string, to: string): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("secrets")
        .set({ sealed: to })
        .where("id", "=", id)
        .where("sealed", "=", from)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async remove(id: string): Promise<boolean> {
      const { numDeletedRows } = await db.deleteFrom("secrets").where("id", "=", id).executeTakeFirst();
      return numDeletedRows === 1n;
    },
    /** How many were removed. */
    async removeForConnection(connectionId: string, purpose?: SecretPurpose): Promise<number> {
      let query = db.deleteFrom("secrets").where("connection_id", "=", connectionId);
      if (purpose !== undefined) query = query.where("purpose", "=", purpose);
      const { numDeletedRows } = await query.executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
