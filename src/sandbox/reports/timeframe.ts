import { parseIso } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import { textOf } from "../engine/input.ts";
import { wrong } from "../metrics/aggregate-filters.ts";
import type { ZoneCalendar } from "../metrics/intervals.ts";

export interface Timeframe {
  /** UTC ms; `to` is not part. */
  from: number;
  to: number;
  /** As the bounds were stated, ms of local time: what maxima are about. */
  lengthMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** "Max length: 1 year" is documented; a leap year is given its day. */
const MAX_MS = 366 * DAY_MS;

/** From the midnight of today to the bounds, all local. What runs still ends with today, and weeks begin on Monday (assumed). */
const KEYS: Record<string, (today: number) => [from: number, to: number]> = {
  today: (today) => [today, today + DAY_MS],
  yesterday: (today) => [today - DAY_MS, today],
  this_week: (today) => [mondayOf(today), today + DAY_MS],
  last_week: (today) => [mondayOf(today) - 7 * DAY_MS, mondayOf(today)],
  this_month: (today) => [monthOf(today, 0), today + DAY_MS],
  last_month: (today) => [monthOf(today, -1), monthOf(today, 0)],
  this_year: (today) => [yearOf(today, 0), today + DAY_MS],
  last_year: (today) => [yearOf(today, -1), yearOf(today, 0)],
  last_7_days: lastDays(7),
  last_30_days: lastDays(30),
  last_90_days: lastDays(90),
  last_365_days: lastDays(365),
  last_3_months: lastMonths(3),
  last_12_months: lastMonths(12),
};

/** Reads `{key}` or `{start, end}`, both in the account's time zone whatever offset stands there (documented). */
export function parseTimeframe(timeframe: JsonObject, calendar: ZoneCalendar, now: number): Timeframe {
  const named = KEYS[textOf(timeframe["key"]) ?? ""];
  if (named) {
    const [from, to] = named(Math.floor(calendar.localOf(now) / DAY_MS) * DAY_MS);
    return { from: calendar.utcOf(from), to: calendar.utcOf(to), lengthMs: to - from };
  }
  const [start, end] = [localOf(timeframe, "start"), localOf(timeframe, "end")];
  if (end < start) wrong("timeframe", "The time frame must end after it starts.");
  if (end - start > MAX_MS) wrong("timeframe", "The time frame must not be longer than one year.");
  // Others report that both ends are part and that the end is taken up to :59:59 of its hour (airbytehq/airbyte, source-klaviyo 3.0.0).
  const to = (Math.floor(end / HOUR_MS) + 1) * HOUR_MS;
  return { from: calendar.utcOf(start), to: calendar.utcOf(to), lengthMs: end - start };
}

function localOf(timeframe: JsonObject, name: string): number {
  const [local = ""] = /^\d{4}-\d\d-\d\d([T ][\d:.]+)?/.exec(textOf(timeframe[name]) ?? "") ?? [];
  return parseIso(local) ?? wrong("timeframe", `'${name}' must be a date-time such as 2026-01-31T00:00:00+00:00.`);
}

function lastDays(count: number): (today: number) => [number, number] {
  return (today) => [today - (count - 1) * DAY_MS, today + DAY_MS];
}

function lastMonths(count: number): (today: number) => [number, number] {
  return (today) => {
    const date = new Date(today);
    return [Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - count, date.getUTCDate()), today + DAY_MS];
  };
}

function mondayOf(day: number): number {
  return day - ((new Date(day).getUTCDay() + 6) % 7) * DAY_MS;
}

function monthOf(day: number, by: number): number {
  const date = new Date(day);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + by);
}

function yearOf(day: number, by: number): number {
  return Date.UTC(new Date(day).getUTCFullYear() + by, 0);
}
