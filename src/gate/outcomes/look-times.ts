import type { GateLimits } from "../call.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After a write of unknown outcome, or an accepted job: how long until each look. The intervals grow; whoever runs next looks. */
const OFFSETS_MS = [
  2 * SECOND,
  5 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
];

/** When to look next, epoch ms; the end of the window and of the whole time are always among them. Undefined when it is over. */
export function nextLookAt(
  sinceMs: number,
  nowMs: number,
  limits: Pick<GateLimits, "reconcileWindowMs" | "lookForMs">,
): number | undefined {
  const { reconcileWindowMs, lookForMs } = limits;
  const passedMs = nowMs - sinceMs;
  const offsets = [...OFFSETS_MS, reconcileWindowMs, lookForMs].filter((offset) => offset > passedMs && offset <= lookForMs);
  return offsets.length === 0 ? undefined : sinceMs + Math.min(...offsets);
}
