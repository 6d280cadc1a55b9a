import { isoSeconds } from "../../lib/clock.ts";
import { wrong } from "../metrics/aggregate-filters.ts";
import type { Interval, ZoneCalendar } from "../metrics/intervals.ts";
import type { Timeframe } from "./timeframe.ts";

/** What a time frame is divided into: one bucket for values, one per interval for a series. */
export interface Buckets {
  count: number;
  /** Of the series; undefined for values. */
  dates: string[] | undefined;
  /** Ends of the buckets, UTC ms, ascending. */
  ends: number[];
  /** The bucket of a time, undefined outside of the time frame. */
  indexOf(at: number): number | undefined;
}

const DAY_MS = 86_400_000;

/** Documented maxima. 52 weeks are counted whole, so that `last_12_months` can be asked for by month (assumed). */
const INTERVALS: Record<string, { unit: Interval; maxMs: number; max: string }> = {
  hourly: { unit: "hour", maxMs: 7 * DAY_MS, max: "7 days" },
  daily: { unit: "day", maxMs: 60 * DAY_MS, max: "60 days" },
  weekly: { unit: "week", maxMs: Number.POSITIVE_INFINITY, max: "one year" },
  monthly: { unit: "month", maxMs: 53 * 7 * DAY_MS - 1, max: "52 weeks" },
};

/** Divides a time frame; `interval` is left out for values. Dates are local times with the offset +00:00 (airbytehq/airbyte, source-klaviyo 3.0.0). */
export function divide({ from, to, lengthMs }: Timeframe, interval: string | undefined, calendar: ZoneCalendar): Buckets {
  const stated = INTERVALS[interval ?? ""];
  if (stated && lengthMs > stated.maxMs)
    wrong("interval", `With the interval '${interval}' the time frame cannot be longer than ${stated.max}.`);
  const starts = stated ? calendar.starts(stated.unit, from, to) : [from];
  return {
    count: starts.length,
    dates: stated && starts.map((start) => isoSeconds(calendar.localOf(start))),
    ends: [...starts.slice(1), to],
    indexOf: (at) => (at < from || at >= to ? undefined : starts.findLastIndex((start) => start <= at)),
  };
}
