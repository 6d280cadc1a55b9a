import type { Db } from "../schema.ts";

/** One call that the policy or the owner denied: who is denied the same thing again and again is stuck, or probing. */
export interface DenialRow {
  call_id: string;
  agent_id: string;
  digest: string;
  at: number;
}

export function denialsTable(db: Db) {
  return {
    async add(row: DenialRow): Promise<void> {
      await db.insertInto("denials").values(row).execute();
    },
    /** How often an agent was denied exactly this call since then. */
    async count(agentId: string, digest: string, sinceMs: number): Promise<number> {
      const { count } = await db
        .selectFrom("denials")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .where("agent_id", "=", agentId)
        .where("digest", "=", digest)
        .where("at", ">=", sinceMs)
        .executeTakeFirstOrThrow();
      return count;
    },
  };
}
