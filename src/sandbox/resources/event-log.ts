import { hash } from "node:crypto";
import { parseIso } from "../../lib/clock.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { announce } from "../flows/arrivals.ts";
import { eventId } from "./event-identity.ts";
import { events, type Attributed, type EventRow } from "./event-rows.ts";
import { KLAVIYO_METRICS } from "./klaviyo-metrics.ts";
import { metricProperties, metrics, metricSource, type MetricRow, type MetricService } from "./metric-rows.ts";
import { profiles } from "./profile-rows.ts";
import { queueForWebhooks } from "./webhook-queue.ts";

export interface NewEvent {
  /** Name of the metric. */
  metric: string;
  /** Left out, Klaviyo's own for the names that are its own, the API's for all others. */
  service?: MetricService;
  profileId: string;
  /** ms; default now. Cut to the second. */
  at?: number;
  properties?: JsonObject;
  value?: number;
  currency?: string;
  /** Default: the second of `at`. */
  uniqueId?: string;
  attributed?: Attributed;
  /** History that is brought in late: it starts no flow. */
  backfill?: boolean;
}

/**
 * Stores an event: its metric appears with the first, the profile's last event moves. Undefined when there is no such profile, or when an
 * event of this profile and metric with the same unique id is there already: the first one wins without a word (behaviour.md §2.9).
 */
export function recordEvent(ctx: Context, event: NewEvent): EventRow | undefined {
  const { properties, value, currency, uniqueId, attributed, backfill } = event;
  const profile = ctx.rows(profiles).get(event.profileId);
  if (!profile) return undefined;
  const at = Math.floor((event.at ?? ctx.now) / 1000) * 1000;
  const metric = ensureMetric(ctx, event.metric, event.service);
  const id = eventId(profile.id, metric.id, uniqueId ?? String(at / 1000));
  if (ctx.rows(events).has(id)) return undefined;
  for (const [name, each] of Object.entries(properties ?? {})) noteProperty(ctx, metric, name, each);
  if (value !== undefined) noteProperty(ctx, metric, "$value", value);
  if ((profile.lastEvent ?? 0) < at) ctx.rows(profiles).put({ ...profile, lastEvent: at });
  const stored = ctx.rows(events).put({
    id,
    metric: metric.id,
    profile: profile.id,
    at,
    ...(properties && Object.keys(properties).length > 0 && { properties }),
    ...(value !== undefined && { value }),
    ...(currency !== undefined && { currency }),
    ...(uniqueId !== undefined && uniqueId !== String(at / 1000) && { uniqueId }),
    ...(attributed && { attributed }),
  });
  queueForWebhooks(ctx, stored, metric);
  if (!backfill) announce(ctx, metric.id, { profile: profile.id, event: id }, { happened: at, by: attributed?.flow });
  return stored;
}

/** The metric of this name and service, made when there is none. */
export function ensureMetric(
  ctx: Context,
  name: string,
  service: MetricService = KLAVIYO_METRICS.has(name) ? "klaviyo" : "api",
): MetricRow {
  const rows = ctx.rows(metrics);
  return rows.find("source", metricSource(service, name)) ?? rows.put({ id: ctx.ids.short(), name, service, created: ctx.now });
}

/** Events of a merged profile go over to the other one; those that it has too are dropped. */
export function moveEvents(ctx: Context, fromProfileId: string, toProfileId: string): void {
  const rows = ctx.rows(events);
  for (const event of rows.where("profile_id", fromProfileId)) {
    rows.remove(event.id);
    const id = eventId(toProfileId, event.metric, event.uniqueId ?? String(event.at / 1000));
    if (!rows.has(id)) rows.put({ ...event, id, profile: toProfileId });
  }
}

/** Removes everything that a profile did, as its erasure does. */
export function removeEvents(ctx: Context, profileId: string): void {
  const rows = ctx.rows(events);
  for (const event of rows.where("profile_id", profileId)) rows.remove(event.id);
}

/** Objects cannot be segmented by, so they are no properties of the metric (documented for `properties` of events). */
export function noteProperty(ctx: Context, metric: MetricRow, property: string, value: Json): void {
  const rows = ctx.rows(metricProperties);
  const key = `${metric.id}\t${property}`;
  if (rows.find("property", key)) return;
  const inferredType = inferType(value);
  if (inferredType === undefined) return;
  rows.put({ id: hash("md5", key), metric: metric.id, property, inferredType });
}

/** `List` is documented, the other names are assumed. */
function inferType(value: Json): string | undefined {
  if (Array.isArray(value)) return "List";
  if (typeof value === "number") return "Number";
  if (typeof value === "boolean") return "Boolean";
  if (typeof value !== "string") return undefined;
  return parseIso(value) === undefined ? "Text" : "Date";
}
