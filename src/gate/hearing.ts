import type { IntentRow } from "../store/tables/intents.ts";
import type { GateParts } from "./call.ts";

/** How long after an outcome its caller has surely been answered, if the process still runs. */
export const ANSWERED_WITHIN_MS = 1000;

/**
 * Whether the one who asked knows how the intent ended: it was told, or it waited in a process that still runs. A process that was killed may have
 * taken the answer with it, so the same call asked again is told rather than done a second time.
 */
export function isHeard(parts: GateParts, { told_at, awaited, evidence, holder, status }: IntentRow): boolean {
  if (told_at !== null) return true;
  return awaited === 1 && evidence === null && status !== "open" && status !== "unknown" && parts.isRunning(holder) !== false;
}
