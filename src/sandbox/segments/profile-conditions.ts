import { isoSeconds } from "../../lib/clock.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { predict, type Predictions } from "../resources/predictive.ts";
import type { ProfileRow } from "../resources/profile-rows.ts";
import type { Condition, Evaluation } from "./condition.ts";
import { dateTest } from "./dates.ts";
import { numericTest, valueTest } from "./filters.ts";
import { isInRegion } from "./regions.ts";
import { listMembers } from "../resources/lists.ts";
import { linkId } from "../engine/declare.ts";

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
function propertyReader(property: string): (profile: ProfileRow) => Json | undefined {
  const [, branch, name = ""] = /^(location|properties)(?:\[["'](.*)["']\]|\.(.*))$/.exec(property) ?? [];
  const member = name === "" ? property.slice((branch ?? "").length + 1) : name;
  const own = (values: JsonObject | undefined): Json | undefined => (values && Object.hasOwn(values, member) ? values[member] : undefined);
  if (branch === "location") return ({ location }) => own(location);
  if (branch === "properties") return ({ properties }) => own(properties);
  return FIELDS[property] ?? (({ properties }) => (properties && Object.hasOwn(properties, property) ? properties[property] : undefined));
}

/** `profile-group-membership`: on one of the lists or in one of the segments; `is_member` false: in none of them. */
export function membershipCondition(condition: JsonObject, { ctx, moment, membersOf }: Evaluation): Condition {
  const groups = arrayOf(condition["group_ids"]).map(String);
  const timeframe = objectOf(condition["timeframe_filter"]);
  const inTime = timeframe["operator"] === undefined ? undefined : dateTest(timeframe, moment);
  const links = ctx.rows(listMembers);
  const members = new Set<string>();
  for (const group of groups) {
    for (const link of links.where("from", group)) if (!inTime || inTime(link.at)) members.add(link.to);
    // When somebody came into a segment is not kept, so a time frame counts for lists alone.
    for (const id of membersOf(group)) members.add(id);
  }
  if (condition["is_member"] === false) return { test: ({ id }) => !members.has(id) };
  return { test: ({ id }) => members.has(id), candidates: members };
}

/** When a profile came onto the first of the condition's lists, ms. */
export function firstMembership({ ctx }: Evaluation, condition: JsonObject, profileId: string): number | undefined {
  const times = arrayOf(condition["group_ids"]).flatMap((group) => ctx.rows(listMembers).get(linkId(String(group), profileId))?.at ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
}

export function regionCondition(condition: JsonObject): Condition {
  const region = textOf(condition["region"]) ?? "";
  return { test: ({ location }) => isInRegion(location, region) === (condition["in_region"] !== false) };
}

/** `profile-predictive-analytics`, over what {@link predict} says. What is not predicted of a profile passes no test. */
export function predictionCondition(condition: JsonObject, { ctx, moment }: Evaluation): Condition {
  const dimension = textOf(condition["dimension"]) ?? "";
  const filter = objectOf(condition["filter"]);
  if (dimension === "channel_affinity") return affinityCondition(condition, ctx);
  if (dimension === "expected_date_of_next_purchase") {
    const inTime = dateTest(filter, moment);
    return predicted(ctx, ({ expected_date_of_next_order: at }) => at !== null && inTime(at));
  }
  const test = dimension === "predicted_gender" ? valueTest(filter, moment) : numericTest(filter);
  return predicted(ctx, (predictions) => {
    const value = (predictions as Partial<Record<string, Json>> & Predictions)[dimension];
    return value !== undefined && value !== null && test(value);
  });
}

const RANKS = ["high", "medium", "low"];

function affinityCondition(condition: JsonObject, ctx: Evaluation["ctx"]): Condition {
  const filter = objectOf(condition["filter"]);
  const channel = textOf(condition["predicted_channel"]);
  return predicted(ctx, ({ ranked_channel_affinity: ranked }) => {
    const at = ranked.findIndex((each) => each === channel);
    if (at === -1) return false;
    if (condition["measurement"] === "priority") return filter["value"] === at + 1;
    return (RANKS[Math.min(at, 2)] === filter["value"]) === (filter["operator"] !== "not-equals");
  });
}

function predicted(ctx: Evaluation["ctx"], test: (predictions: Predictions) => boolean): Condition {
  return { test: (profile) => test(predict(ctx, profile)) };
}
