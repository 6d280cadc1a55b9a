import { isoMillis, parseIso } from "../lib/clock.ts";

/** `2026-07-15 10:00 UTC`. */
export function minuteOf(atMs: number): string {
  return `${isoMillis(atMs).slice(0, 16).replace("T", " ")} UTC`;
}

/** `2026-07-15 10:00:00.000`, for events that follow each other closely. */
export function instantOf(atMs: number): string {
  return isoMillis(atMs).slice(0, 23).replace("T", " ");
}

/** `2026-07-15 10:00 UTC (in 3 h)` of an ISO 8601 text. */
export function whenOf(iso: string, nowMs: number): string {
  const atMs = parseIso(iso);
  if (atMs === undefined) return iso;
  const away = Math.abs(atMs - nowMs);
  const minutes = Math.round(away / 60_000);
  const span =
    minutes < 1
      ? "less than a minute"
      : minutes < 120
        ? `${minutes} min`
        : minutes < 2880
          ? `${Math.round(minutes / 60)} h`
          : `${Math.round(minutes / 1440)} days`;
  return `${minuteOf(atMs)} (${atMs >= nowMs ? `in ${span}` : `${span} ago`})`;
}
