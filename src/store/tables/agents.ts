import type { Insertable } from "kysely";
import type { Db } from "../schema.ts";

/** A named client with its own token, tied to one connection. */
export interface AgentRow {
  id: string;
  name: string;
  /** SHA-256 of the token, hex; the token itself is nowhere. */
  token_hash: string;
  connection_id: string;
  created_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
  /** Since when its writes are refused, until the owner lets it go on. */
  paused_at: number | null;
  pause_reason: string | null;
  resumed_at: number | null;
}

export type NewAgent = Insertable<AgentRow>;

export function agentsTable(db: Db) {
  const one = (column: "id" | "name" | "token_hash", value: string): Promise<AgentRow | undefined> =>
    db.selectFrom("agents").selectAll().where(column, "=", value).executeTakeFirst();
  return {
    /** A name or token that is taken is a `conflict`. */
    async insert(row: NewAgent): Promise<void> {
      await db.insertInto("agents").values(row).execute();
    },
    find: (id: string) => one("id", id),
    byName: (name: string) => one("name", name),
    byTokenHash: (tokenHash: string) => one("token_hash", tokenHash),
    async list(): Promise<AgentRow[]> {
      return db.selectFrom("agents").selectAll().orderBy("created_at").orderBy("id").execute();
    },
    async touch(id: string, at: number): Promise<void> {
      await db.updateTable("agents").set({ last_used_at: at }).where("id", "=", id).execute();
    },
    /** False when it was paused, or revoked, before. */
    async pause(id: string, at: number, reason: string): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("agents")
        .set({ paused_at: at, pause_reason: reason })
        .where("id", "=", id)
        .where("paused_at", "is", null)
        .where("revoked_at", "is", null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    /** False when it was not paused. */
    async resume(id: string, at: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("agents")
        .set({ paused_at: null, pause_reason: null, resumed_at: at })
        .where("id", "=", id)
        .where("paused_at", "is not", null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    /** False when it was revoked before. */
    async revoke(id: string, at: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("agents")
        .set({ revoked_at: at })
        .where("id", "=", id)
        .where("revoked_at", "is", null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
  };
}
