import type { Tables } from "../../store/tables.ts";
import type { IntentEnd, IntentRow, IntentStatus } from "../../store/tables/intents.ts";

/** Every arrow of an intent. What is not here does not happen; each is one compare-and-swap in the transaction of its audit row. */
export const INTENT_ARROWS: Record<IntentStatus, IntentStatus[]> = {
  open: ["done", "accepted", "rejected", "not_sent", "unknown"],
  // Found out by looking, by a repetition, or by an answer that came after all.
  unknown: ["done", "accepted", "rejected", "not_sent", "not_done"],
  accepted: ["done", "failed"],
  // It happened after all.
  not_done: ["done", "accepted"],
  done: [],
  rejected: [],
  not_sent: [],
  failed: [],
};

/** One arrow, in the caller's transaction. False when another got there first, or when there is no such arrow. */
export async function moveIntent(tables: Tables, row: Pick<IntentRow, "id" | "status">, end: IntentEnd): Promise<boolean> {
  return INTENT_ARROWS[row.status].includes(end.status) && tables.intents.move(row.id, [row.status], end);
}
