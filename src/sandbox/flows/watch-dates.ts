import { parseIso } from "../../lib/clock.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, numberOf, textOf } from "../engine/input.ts";
import { flows, type FlowRow } from "../resources/flow-rows.ts";
import { profiles, type ProfileRow } from "../resources/profile-rows.ts";
import { propertyReader } from "../segments/profile-conditions.ts";
import { arrive } from "./arrivals.ts";
import { objectsOf } from "./object-dates.ts";
import { isOccurrence } from "./occurrence.ts";
import { DAY_MS, isOn, momentAt, shifted, timeOfDayMs, zoneFor } from "./waits.ts";

/** People that one task looks at. */
const BATCH = 2000;
/** The zones of the earth reach 14 hours ahead of UTC and 12 behind it. */
const AHEAD_MS = 14 * 3_600_000;

/** Looks now for whose date comes up until the next midnight (UTC), and from then on every day for the day to come. */
export function watchDates({ id, liveSince = 0 }: FlowRow, ctx: Context): void {
  ctx.schedule(ctx.now, "flow_dates", { flow: id, since: liveSince, from: ctx.now });
}

/** Puts those before the flow whose moment lies in the day, each at the moment. Goes over everybody in batches. */
export function lookAtDates({ flow: id, since, from: start, after }: JsonObject, ctx: Context): void {
  const flow = ctx.rows(flows).get(textOf(id) ?? "");
  if (flow?.liveSince === undefined || flow.liveSince !== since) return;
  const from = numberOf(start) ?? ctx.now;
  const to = (Math.floor(from / DAY_MS) + 1) * DAY_MS;
  const rows = ctx.rows(profiles);
  const order = rows.order("id", (profile) => profile.id);
  const last = textOf(after);
  // The mark sorts behind everything that an id is made of.
  const first = last === undefined ? 0 : order.indexOf({ key: `${last}~`, id: "" });
  const batch = order.positions().slice(first, first + BATCH);
  for (const { id: profileId } of batch) {
    const profile = rows.get(profileId);
    for (const { value, about } of profile ? datesOf(flow.trigger ?? {}, profile, ctx) : []) {
      const found = profile && momentFor(flow.trigger ?? {}, value, profile, { from, to }, ctx);
      if (found) arrive(ctx, flow, { profile: profileId, ...found, ...(about && { about }) });
    }
  }
  const next = batch.length === BATCH ? { at: ctx.now, from, after: batch.at(-1)?.id ?? null } : { at: to, from: to, after: null };
  ctx.schedule(next.at, "flow_dates", { flow: flow.id, since: flow.liveSince, from: next.from, after: next.after });
}

/** The dates that a trigger looks at: one property of the person, or one of each custom object that is tied to the person. */
function datesOf(trigger: JsonObject, profile: ProfileRow, ctx: Context): { value: Json | undefined; about?: JsonObject }[] {
  if (trigger["date_field_type"] === "custom-object") return objectsOf(trigger, profile.id, ctx);
  return [{ value: propertyReader(textOf(trigger["date_profile_property"]) ?? "")(profile) }];
}

/** When, within a stretch of a day, the trigger is due for somebody, and which date it counts from; ms. */
function momentFor(
  trigger: JsonObject,
  value: Json | undefined,
  profile: ProfileRow,
  { from, to }: { from: number; to: number },
  ctx: Context,
): { at: number; date: number } | undefined {
  const base = typeof value === "string" ? parseIso(value) : undefined;
  if (base === undefined) return undefined;
  const baseDay = Math.floor(base / DAY_MS) * DAY_MS;
  const zone = zoneFor(trigger["timezone"], profile, ctx);
  const before = numberOf(trigger["timedelta_value_before_date"]) ?? 0;
  const unit = textOf(trigger["timedelta_unit_before_date"]) ?? "weeks";
  const repeats = textOf(trigger["recurrence_frequency"]) ?? "monthly";
  const firstDay = Math.floor((from - AHEAD_MS) / DAY_MS) * DAY_MS;
  for (let day = firstDay; day <= to + AHEAD_MS; day += DAY_MS) {
    if (!isOn(day, arrayOf(trigger["trigger_days"])) || !isOccurrence(shifted(day, before, unit), baseDay, repeats)) continue;
    const at = momentAt(day + (timeOfDayMs(trigger["trigger_time"]) ?? 0), zone);
    if (at >= from && at < to) return { at, date: shifted(day, before, unit) };
  }
  return undefined;
}
