import type { Db } from "../schema.ts";

/** One answer with text that outsiders can write, which an agent got. */
export interface UntrustedReadRow {
  call_id: string;
  agent_id: string;
  connection_id: string;
  at: number;
  /** JSON list of `type id`: the first objects whose text it was. */
  objects: string;
  /** How many further objects. */
  more: number;
  /** Hashes of pieces of the text, base64; never the text. */
  shingles: string;
}

/** Most answers that are looked at for one card. */
const MAX_ROWS = 100;

export function untrustedReadsTable(db: Db) {
  return {
    /** An answer that is told a second time counts from then on. */
    async add(row: UntrustedReadRow): Promise<void> {
      await db
        .insertInto("untrusted_reads")
        .values(row)
        .onConflict((conflict) => conflict.column("call_id").doUpdateSet({ at: row.at }))
        .execute();
    },
    /** Newest first. */
    async since(agentId: string, since: number): Promise<UntrustedReadRow[]> {
      const query = db.selectFrom("untrusted_reads").selectAll().where("agent_id", "=", agentId).where("at", ">", since);
      return query.orderBy("at", "desc").orderBy("call_id", "desc").limit(MAX_ROWS).execute();
    },
    async any(agentId: string, since: number): Promise<boolean> {
      const query = db.selectFrom("untrusted_reads").select("call_id").where("agent_id", "=", agentId).where("at", ">", since);
      return (await query.limit(1).executeTakeFirst()) !== undefined;
    },
    async removeBefore(agentId: string, before: number): Promise<void> {
      await db.deleteFrom("untrusted_reads").where("agent_id", "=", agentId).where("at", "<=", before).execute();
    },
    /** Removes those of this time (epoch milliseconds, `to` exclusive). */
    async forget(from: number, to: number): Promise<void> {
      await db.deleteFrom("untrusted_reads").where("at", ">=", from).where("at", "<", to).execute();
    },
    async removeForConnection(connectionId: string): Promise<void> {
      await db.deleteFrom("untrusted_reads").where("connection_id", "=", connectionId).execute();
    },
  };
}
