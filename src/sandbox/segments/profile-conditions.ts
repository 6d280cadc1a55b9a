import { isoSeconds } from "../../lib/clock.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import { objectOf, textOf } from "../engine/input.ts";
import type { ProfileRow } from "../resources/profile-rows.ts";
import type { Condition, Evaluation } from "./condition.ts";
import { valueTest } from "./filters.ts";
import { isInRegion } from "./regions.ts";

/** `profile-property`: a field of the profile, of its location or of its own properties. */
export function propertyCondition(condition: JsonObject, { moment }: Evaluation): Condition {
  const read = propertyReader(textOf(condition["property"]) ?? "");
  const test = valueTest(objectOf(condition["filter"]), moment);
  return { test: (profile) => test(read(profile)) };
}

const FIELDS: Record<string, (profile: ProfileRow) => Json | undefined> = {
  id: ({ id }) => id,
  email: ({ email }) => email,
  phone_number: ({ phone }) => phone,
  external_id: ({ externalId }) => externalId,
  anonymous_id: ({ anonymousId }) => anonymousId,
  first_name: ({ firstName }) => firstName,
  last_name: ({ lastName }) => lastName,
  organization: ({ organization }) => organization,
  locale: ({ locale }) => locale,
  title: ({ title }) => title,
  image: ({ image }) => image,
  created: ({ created }) => isoSeconds(created),
  updated: ({ updated }) => isoSeconds(updated),
  last_event_date: ({ lastEvent }) => (lastEvent === undefined ? undefined : isoSeconds(lastEvent)),
};

/** Reads `email`, `location['country']` or `properties['Favorite Color']`. */
export function propertyReader(property: string): (profile: ProfileRow) => Json | undefined {
  const [, branch, name = ""] = /^(location|properties)(?:\[["'](.*)["']\]|\.(.*))$/.exec(property) ?? [];
  const member = name === "" ? property.slice((branch ?? "").length + 1) : name;
  const own = (values: JsonObject | undefined): Json | undefined => (values && Object.hasOwn(values, member) ? values[member] : undefined);
  if (branch === "location") return ({ location }) => own(location);
  if (branch === "properties") return ({ properties }) => own(properties);
  return FIELDS[property] ?? (({ properties }) => (properties && Object.hasOwn(properties, property) ? properties[property] : undefined));
}

export function regionCondition(condition: JsonObject): Condition {
  const region = textOf(condition["region"]) ?? "";
  return { test: ({ location }) => isInRegion(location, region) === (condition["in_region"] !== false) };
}
