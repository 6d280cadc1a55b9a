import type { Json, JsonObject } from "../../lib/json.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** One event. An account has hundreds of thousands, so only what differs from the default is kept. */
export interface EventRow extends Row {
  metric: string;
  profile: string;
  /** ms, cut to the second. */
  at: number;
  properties?: JsonObject;
  value?: number;
  currency?: string;
  /** Absent: the second of the event, which is the default. */
  uniqueId?: string;
  attributed?: Attributed;
}

/** What an event is credited to, by id. */
export interface Attributed {
  event?: string;
  campaign?: string;
  "campaign-message"?: string;
  flow?: string;
  "flow-message"?: string;
  "flow-message-variation"?: string;
}

export const events = defineCollection<EventRow>("events", {
  indexes: { metric_id: (event) => event.metric, profile_id: (event) => event.profile },
});

/** Sort key of both `timestamp` and `datetime`: whole seconds, as in recorded cursors. */
export function eventSecond(event: EventRow): number {
  return event.at / 1000;
}

/** `event_properties`: what came in, then `$event_id` and `$value`. */
export function eventProperties(event: EventRow): JsonObject {
  const { properties, value, currency } = event;
  return {
    ...properties,
    $event_id: eventProperty(event, "$event_id") ?? null,
    ...(value !== undefined && { $value: value }),
    ...(currency !== undefined && { $value_currency: currency }),
  };
}

/** One of the event's properties by its name as in `event_properties`. */
export function eventProperty(event: EventRow, name: string): Json | undefined {
  if (name === "$event_id") return event.uniqueId ?? String(event.at / 1000);
  if (name === "$value" && event.value !== undefined) return event.value;
  if (name === "$value_currency" && event.currency !== undefined) return event.currency;
  return event.properties && Object.hasOwn(event.properties, name) ? event.properties[name] : undefined;
}
