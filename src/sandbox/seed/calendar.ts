import type { Random } from "./random.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Eighteen months. */
const HISTORY_DAYS = 548;

/** When people come to the shop. */
export interface Calendar {
  /** Midnight (UTC) at which the shop's history begins, ms. */
  startMs: number;
  /** A believable moment between the two, cut to the second. `offsetHours` is where the person's clock stands against UTC. */
  moment(random: Random, fromMs: number, toMs: number, offsetHours: number): number;
}

const WEEKDAYS = [1.1, 0.95, 0.9, 0.92, 1, 1.08, 1.25];
/** Visits by hour of the person's own day: a little at noon, most in the evening. */
const HOURS = [2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 10, 12, 11, 9, 8, 8, 9, 11, 13, 15, 14, 10, 5];

/** Makes the calendar that ends at `nowMs`: a growing shop with a week's rhythm, a peak before Christmas and smaller ones in spring and for the summer's trips. */
export function createCalendar(nowMs: number): Calendar {
  const startMs = Math.floor(nowMs / DAY_MS - HISTORY_DAYS) * DAY_MS;
  const days = Array.from({ length: HISTORY_DAYS + 1 }, (_, day) => weightOf(startMs + day * DAY_MS) * (0.85 + (0.3 * day) / HISTORY_DAYS));
  const dayTotals = totals(days);
  const hourTotals = totals(HOURS);
  /** Weight of everything before a time. */
  const before = (atMs: number): number => {
    const at = Math.max(0, Math.min(days.length, (atMs - startMs) / DAY_MS));
    const day = Math.floor(at);
    return (dayTotals[day] ?? 0) + (at - day) * (days[day] ?? 0);
  };
  return {
    startMs,
    moment(random, fromMs, toMs, offsetHours) {
      const [low, high] = [before(fromMs), before(toMs)];
      const day = find(dayTotals, low + random.next() * (high - low));
      const hour = find(hourTotals, random.next() * (hourTotals.at(-1) ?? 1));
      // The day is the person's own, so an evening in the west lies in the next day of UTC.
      const at = startMs + day * DAY_MS + (hour - offsetHours) * HOUR_MS + random.below(3600) * 1000;
      return at >= fromMs && at < toMs ? at : wholeSecond(fromMs + random.next() * Math.max(0, toMs - fromMs));
    },
  };
}

export function wholeSecond(atMs: number): number {
  return Math.floor(atMs / 1000) * 1000;
}

/** `totals(w)[i]` is the sum of all weights before `i`; one longer than the weights. */
function totals(weights: readonly number[]): number[] {
  let sum = 0;
  return [0, ...weights.map((weight) => (sum += weight))];
}

/** Index of the weight that a point of the whole falls on. */
function find(sums: readonly number[], point: number): number {
  let [low, high] = [0, sums.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((sums[middle] ?? 0) <= point) low = middle;
    else high = middle - 1;
  }
  return low;
}

function weightOf(dayMs: number): number {
  const date = new Date(dayMs);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  const sinceBlackFriday = (dayMs - Date.UTC(year, 10, blackFridayOf(year))) / DAY_MS;
  // From Black Friday to Cyber Monday.
  if (sinceBlackFriday >= 0 && sinceBlackFriday <= 3) return 5.5;
  return (WEEKDAYS[date.getUTCDay()] ?? 1) * seasonOf(month, day);
}

function seasonOf(month: number, day: number): number {
  if (month === 11) return day >= 15 ? 1.7 : 1.2;
  if (month === 12) return day <= 17 ? 2.4 : day <= 23 ? 1.5 : 0.7;
  if (month === 1 || month === 2) return 0.75;
  if (month === 4 || month === 5) return 1.1;
  if (month === 6 || month === 7) return 1.35;
  return month === 10 ? 1.1 : 0.9;
}

/** Day of November: the one after its fourth Thursday. */
export function blackFridayOf(year: number): number {
  const weekday = new Date(Date.UTC(year, 10, 1)).getUTCDay();
  return 1 + ((11 - weekday) % 7) + 21 + 1;
}
