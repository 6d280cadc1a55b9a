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

/** Makes the calendar that ends at `nowMs`: a growing shop with a week's rhythm, a peak before Christmas and a smaller one in spring. */
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
      const within = (hour - offsetHours) * HOUR_MS + random.below(3600) * 1000;
      const at = startMs + day * DAY_MS + ((within + DAY_MS) % DAY_MS);
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
  return (WEEKDAYS[date.getUTCDay()] ?? 1) * seasonOf(date.getUTCMonth() + 1, date.getUTCDate());
}

function seasonOf(month: number, day: number): number {
  if (month === 11) return day >= 24 ? 3 : day >= 15 ? 1.8 : 1.2;
  if (month === 12) return day <= 17 ? 2.4 : day <= 23 ? 1.5 : 0.7;
  if (month === 1 || month === 2) return 0.8;
  if (month === 4 || month === 5) return 1.3;
  return month === 10 ? 1.1 : 0.95;
}
