import type { Db } from "../schema.ts";

/** What one token stands for, sealed under the connection's own key. */
export interface PrivacyTokenRow {
  connection_id: string;
  /** Whole, as agents see it. */
  token: string;
  sealed: string;
  created_at: number;
}

/** Rows in one statement: both databases bound the number of values. */
const BATCH = 200;

export function privacyTokensTable(db: Db) {
  return {
    /** Adds those that are not there; a token stands for the same value for ever. */
    async add(rows: PrivacyTokenRow[]): Promise<void> {
      for (let at = 0; at < rows.length; at += BATCH) {
        await db
          .insertInto("privacy_tokens")
          .values(rows.slice(at, at + BATCH))
          .onConflict((conflict) => conflict.columns(["connection_id", "token"]).doNothing())
          .execute();
      }
    },
    /** The sealed values of those tokens that this connection has given out. */
    async find(connectionId: string, tokens: string[]): Promise<Map<string, string>> {
      const found = new Map<string, string>();
      for (let at = 0; at < tokens.length; at += BATCH) {
        const rows = await db
          .selectFrom("privacy_tokens")
          .select(["token", "sealed"])
          .where("connection_id", "=", connectionId)
          .where("token", "in", tokens.slice(at, at + BATCH))
          .execute();
        for (const { token, sealed } of rows) found.set(token, sealed);
      }
      return found;
    },
    /** Removes those that were given out in this time (epoch milliseconds, `to` exclusive). */
    async forget(from: number, to: number): Promise<void> {
      await db.deleteFrom("privacy_tokens").where("created_at", ">=", from).where("created_at", "<", to).execute();
    },
    async removeForConnection(connectionId: string): Promise<void> {
      await db.deleteFrom("privacy_tokens").where("connection_id", "=", connectionId).execute();
    },
  };
}
