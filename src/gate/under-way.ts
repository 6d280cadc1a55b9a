import { isoMillis } from "../lib/clock.ts";
import type { Tables } from "../store/tables.ts";

/** A write that had left before a revocation was committed: what becomes of it, Klaviyo decides. */
export interface UnderWay {
  call_id: string;
  operation: string;
  agent_id: string | null;
  /** ISO 8601: when it was let go. */
  left_at: string;
}

/** What a revocation found: writes on the wire, and how many that were still waiting and do not go any more. */
export interface Interrupted {
  under_way: UnderWay[];
  held_back: number;
}

/** In the transaction of the revocation: whatever is not marked as leaving by now never leaves, since its mark asks for this connection's epoch. */
export async function interruptedBy(tables: Tables, connectionId: string, agentId?: string): Promise<Interrupted> {
  const unfinished = await tables.intents.listUnfinished(connectionId, agentId);
  const under_way = unfinished.flatMap(({ call_id, operation, agent_id, leaving_at }) =>
    leaving_at === null ? [] : [{ call_id, operation, agent_id, left_at: isoMillis(leaving_at) }],
  );
  return { under_way, held_back: unfinished.length - under_way.length };
}
