import type { Db } from "../schema.ts";

/** What is known of a master key: how to recognise it, never the key itself. */
export interface MasterKeyRow {
  /** A name made from the key that tells nothing about it. */
  id: string;
  /** Where it comes from; the vault's word. */
  provider: string;
  /** HMAC by which the right key is told from a wrong one. */
  check_value: string;
  /** For a passphrase: how the key is made from it, JSON. Not secret. */
  derivation: string | null;
  status: MasterKeyStatus;
  created_at: number;
  ended_at: number | null;
}

/** `next` is a rotation under way, the journal that a later one goes on from; `retired` opens nothing any more. */
export type MasterKeyStatus = "next" | "active" | "retired";

export function masterKeysTable(db: Db) {
  return {
    /** Newest first. */
    async list(): Promise<MasterKeyRow[]> {
      return db.selectFrom("master_keys").selectAll().orderBy("created_at", "desc").orderBy("id").execute();
    },
    /** A second active one, or a second rotation under way, is a `conflict`. */
    async insert(row: MasterKeyRow): Promise<void> {
      await db.insertInto("master_keys").values(row).execute();
    },
    /** Compare-and-swap; false when it was not `from` any more. */
    async transition(id: string, from: MasterKeyStatus, to: MasterKeyStatus, at: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("master_keys")
        .set({ status: to, ...(to === "retired" && { ended_at: at }) })
        .where("id", "=", id)
        .where("status", "=", from)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    /** The same key, found in another place from now on. */
    async move(id: string, provider: string): Promise<void> {
      await db.updateTable("master_keys").set({ provider, derivation: null }).where("id", "=", id).execute();
    },
    /** Drops a rotation that never came to wrap anything. */
    async removeNext(): Promise<void> {
      await db.deleteFrom("master_keys").where("status", "=", "next").execute();
    },
  };
}
