import { parseIso } from "../../lib/clock.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { numberOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { parseProfile } from "./profile-input.ts";

const MAX_METRIC_NAME = 127;
const MAX_PROPERTIES = 400;
const MAX_STRING_BYTES = 100 * 1024;
const MAX_ARRAY = 4000;
const MAX_DEPTH = 10;
const EARLIEST = Date.UTC(1990, 0, 1);
const YEAR_MS = 366 * 86_400_000;
const CURRENCIES = new Set(Intl.supportedValuesOf("currency"));
const IDENTIFIERS = ["email", "phone_number", "external_id", "anonymous_id", "_kx"];

/** Who did it, as the body says, and what was done. Plain JSON, since it waits in the schedule. */
export interface Accepted {
  [member: string]: Json;
  profile: JsonObject;
  events: JsonObject[];
}

/** Where in the body things stand: `data` of the person, and the attributes of each event. */
export interface EventPlaces {
  profile: string;
  event(i: number): string;
}

/** Checks one person and the events of one: `data` of the profile and the attributes of each event. */
export function acceptEvents(ctx: Context, profile: JsonObject, events: readonly JsonObject[], places: EventPlaces): Accepted {
  const where = places.profile;
  const { id } = parseProfile(profile, where);
  if (id !== undefined) ctx.must("profile", id);
  const attributes = objectOf(profile["attributes"]);
  if (id === undefined && !IDENTIFIERS.some((name) => textOf(attributes[name]))) {
    refuse("invalid", "At least one profile identifier is required.", { source: { pointer: `${where}/attributes` } });
  }
  return { profile, events: events.map((event, i) => acceptEvent(ctx, event, places.event(i))) };
}

function acceptEvent(ctx: Context, event: JsonObject, pointer: string): JsonObject {
  const wrong = (name: string, detail: string): never => refuse("invalid", detail, { source: { pointer: `${pointer}/${name}` } });
  const metric = textOf(objectOf(objectOf(objectOf(event["metric"])["data"])["attributes"])["name"]) ?? "";
  if (metric.trim() === "" || metric.length > MAX_METRIC_NAME)
    wrong("metric/data/attributes/name", `The name of a metric has 1 to ${MAX_METRIC_NAME} characters.`);
  const properties = objectOf(event["properties"]);
  if (Object.keys(properties).length > MAX_PROPERTIES) wrong("properties", `An event has at most ${MAX_PROPERTIES} properties.`);
  const fault = faultOf(properties, 1);
  if (fault !== undefined) wrong("properties", fault);
  const at = parseIso(textOf(event["time"]) ?? "") ?? ctx.now;
  if (at < EARLIEST || at > ctx.now + YEAR_MS) wrong("time", "The time must be after 1990 and at most a year from now.");
  const [value, currency, uniqueId] = [numberOf(event["value"]), textOf(event["value_currency"]), textOf(event["unique_id"])];
  if (currency !== undefined && !CURRENCIES.has(currency.toUpperCase())) wrong("value_currency", "The currency must be an ISO 4217 code.");
  return {
    metric,
    at,
    properties,
    ...(value !== undefined && { value }),
    ...(currency !== undefined && { currency: currency.toUpperCase() }),
    ...(uniqueId && { uniqueId }),
    ...(event["backfill"] === true && { backfill: true }),
  };
}

function faultOf(value: Json, depth: number): string | undefined {
  if (typeof value === "string") return Buffer.byteLength(value) > MAX_STRING_BYTES ? "A text must not be larger than 100 KB." : undefined;
  if (!Array.isArray(value) && !isJsonObject(value)) return undefined;
  if (depth > MAX_DEPTH) return `Properties must not be nested deeper than ${MAX_DEPTH} levels.`;
  if (Array.isArray(value) && value.length > MAX_ARRAY) return `A list must not have more than ${MAX_ARRAY} members.`;
  for (const each of Object.values(value)) {
    const fault = faultOf(each, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
