import type { IntentRow } from "../../store/tables/intents.ts";
import type { GateParts } from "../call.ts";

/** How long after an outcome its caller has surely been answered, if the process still runs. */
export const ANSWERED_WITHIN_MS = 1000;

/**
 * Whether the one who asked knows how the intent ended: a process that still runs has answered him, or one that went on after it. A process that was
 * killed may have taken the answer with it, so the same call asked again is told rather than done a second time.
 */
export function isHeard(parts: GateParts, { told_at, heard_by, status }: IntentRow): boolean {
  if (told_at !== null) return true;
  return heard_by !== null && status !== "open" && status !== "unknown" && parts.isRunning(heard_by) !== false;
}
