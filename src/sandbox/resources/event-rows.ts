import { hash } from "node:crypto";
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

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Id of the event with this unique id of a profile and a metric. It is derived, so a repetition finds its first by `has`. */
export function eventId(profile: string, metric: string, uniqueId: string): string {
  const bytes = hash("sha256", `${profile}\t${metric}\t${uniqueId}`, "buffer");
  let id = "7";
  for (const offset of [0, 6]) {
    for (let rest = bytes.readUIntBE(offset, 6), i = 0; i < 5; i++, rest = Math.floor(rest / 62)) id += BASE62[rest % 62];
  }
  return id;
}

/** 100 ns steps from 1582-10-15, where the clock of time-based UUIDs begins, to 1970. */
const UUID_EPOCH = 0x01b21dd213814000n;

/** The time-based UUID: its clock is the event's second, the sequence 8001 as in recorded answers, the node derived from the id. */
export function eventUuid({ id, at }: EventRow): string {
  const time = (BigInt(at) * 10_000n + UUID_EPOCH).toString(16).padStart(15, "0");
  const node = hash("sha256", id).slice(0, 12);
  return `${time.slice(7)}-${time.slice(3, 7)}-1${time.slice(0, 3)}-8001-${node}`;
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
