import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, numberOf, textOf } from "../engine/input.ts";
import { accounts } from "../resources/accounts.ts";
import type { ProfileRow } from "../resources/profile-rows.ts";
import { momentIn } from "../templates/dates.ts";

export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const UNITS_MS: Record<string, number> = { minutes: MINUTE_MS, hours: HOUR_MS, days: DAY_MS, weeks: 7 * DAY_MS };
/** What `secondary_value` counts: the next smaller unit (assumed). */
const SMALLER_MS: Record<string, number> = { hours: MINUTE_MS, days: HOUR_MS };
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** The zone that `timezone` of a definition means for this person: `profile` is the person's own, else the account's. */
export function zoneFor(timezone: Json | undefined, profile: ProfileRow, ctx: Context): string {
  const stated = textOf(timezone) ?? "profile";
  if (stated !== "profile") return stated;
  return textOf(profile.location?.["timezone"]) ?? ctx.rows(accounts).get(ctx.accountId)?.timezone ?? "UTC";
}

/** When a `time-delay` that begins now ends, ms. */
export function delayEnd(data: JsonObject, zone: string, nowMs: number): number {
  const unit = textOf(data["unit"]) ?? "days";
  const spanMs = (numberOf(data["value"]) ?? 0) * (UNITS_MS[unit] ?? DAY_MS);
  const restMs = (numberOf(data["secondary_value"]) ?? 0) * (SMALLER_MS[unit] ?? 0);
  return nextTime(nowMs + spanMs + restMs, zone, data["delay_until_time"], data["delay_until_weekdays"]);
}

/** When a `countdown-delay` ends: so long before the date that the flow counts from; at once where there is none, or it is past. */
export function countdownEnd(data: JsonObject, zone: string, nowMs: number, dateMs: number | undefined): number {
  if (dateMs === undefined) return nowMs;
  const before = shifted(dateMs, -(numberOf(data["value"]) ?? 0), textOf(data["unit"]) ?? "days");
  return nextTime(Math.max(nowMs, before), zone, data["delay_until_time"], data["delay_until_weekdays"]);
}

/** A time moved by so many days, weeks or months of the calendar. A day that a month lacks counts into the next one. */
export function shifted(atMs: number, by: number, unit: string): number {
  if (unit !== "months") return atMs + by * (UNITS_MS[unit] ?? DAY_MS);
  const at = new Date(atMs);
  at.setUTCMonth(at.getUTCMonth() + by);
  return at.getTime();
}

/** The first moment from `fromMs` on at which clocks of the zone show this time, on one of these weekdays. Without either: `fromMs`. */
export function nextTime(fromMs: number, zone: string, time: Json | undefined, weekdays: Json | undefined): number {
  const wanted = timeOfDayMs(time);
  const days = arrayOf(weekdays);
  if (wanted === undefined && days.length === 0) return fromMs;
  const wallMs = fromMs + momentIn(zone, fromMs).offsetMs;
  const midnight = Math.floor(wallMs / DAY_MS) * DAY_MS;
  for (let day = midnight; day <= midnight + 7 * DAY_MS; day += DAY_MS) {
    if (!isOn(day, days)) continue;
    const at = wanted === undefined && day === midnight ? fromMs : momentAt(day + (wanted ?? 0), zone);
    if (at >= fromMs) return at;
  }
  return fromMs;
}

/** Whether a day, ms of its midnight in UTC, is one of these weekdays. No weekdays stand for all. */
export function isOn(dayMs: number, weekdays: readonly Json[]): boolean {
  return weekdays.length === 0 || weekdays.includes(WEEKDAYS[new Date(dayMs).getUTCDay()] ?? "");
}

/** When clocks of the zone show what a clock in UTC shows at `wallMs`. */
export function momentAt(wallMs: number, zone: string): number {
  const near = wallMs - momentIn(zone, wallMs).offsetMs;
  return wallMs - momentIn(zone, near).offsetMs;
}

/** ms after midnight that `09:30:00` stands for; an offset after it says nothing, since the zone is stated apart. */
export function timeOfDayMs(time: Json | undefined): number | undefined {
  const [, hours, minutes = "0", seconds = "0"] = /^(\d\d):(\d\d)(?::(\d\d))?/.exec(textOf(time) ?? "") ?? [];
  return hours === undefined ? undefined : Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds) * 1000;
}
