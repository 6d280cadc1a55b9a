import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { linkId } from "../engine/declare.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { eventProperty, events, type EventRow } from "../resources/event-rows.ts";
import { listMembers } from "../resources/lists.ts";
import type { ProfileRow } from "../resources/profile-rows.ts";
import { passesAll } from "../segments/activity.ts";
import { dateTest } from "../segments/dates.ts";
import { conditionOf, groupsOf } from "../segments/definition.ts";
import { numericTest, valueTest } from "../segments/filters.ts";
import { isSegmentMember, memberSince, segmentMemberIds } from "../segments/membership.ts";
import { receipts } from "../sending/audience.ts";
import { shareOf } from "../sending/responses.ts";
import { flowEntries, entryId } from "./entries.ts";

/** Who is looked at, and on which way. */
export interface Traveller {
  ctx: Context;
  profile: ProfileRow;
  flow: string;
  /** When the person was let in; undefined at the door. */
  since?: number | undefined;
  event?: EventRow | undefined;
  /** What started it beside an event. */
  about?: JsonObject | undefined;
}

/** Whether somebody passes a filter of a flow: every group, and in each one condition. No filter lets everybody pass. */
export function passesFilter(filter: Json | undefined, traveller: Traveller): boolean {
  return groupsOf(objectOf(filter)).every((conditions) => conditions.length === 0 || conditions.some((each) => holds(each, traveller)));
}

type Test = (condition: JsonObject, traveller: Traveller) => boolean;

/** Conditions that only flows have, and those of segments that are quicker to answer for one person alone. */
const TESTS: Record<string, Test> = {
  "custom-object-trigger-property": isAbout("property_id"),
  "low-inventory-property": isAbout("field"),
  "price-drop-property": isAbout("field"),
  "metric-property": ({ field, filter }, { ctx, event }) =>
    event !== undefined && valueTest(objectOf(filter), momentOf(ctx))(eventProperty(event, textOf(field) ?? "")),
  "profile-group-membership": hasMembership,
  "profile-metric": hasActivity,
  "profile-not-in-flow": isNotInFlow,
  "profile-not-sent-email": isNotSent("email"),
  "profile-not-sent-push": isNotSent("mobile_push"),
  "profile-not-sent-sms": isNotSent("sms"),
  "profile-sample": ({ percentage }, { flow, profile }) => shareOf(flow, profile.id) * 100 < Number(percentage),
};

function holds(condition: JsonObject, traveller: Traveller): boolean {
  const own = TESTS[textOf(condition["type"]) ?? ""];
  if (own) return own(condition, traveller);
  const { ctx, profile } = traveller;
  const membersOf = (segment: string): ReadonlySet<string> => new Set(segmentMemberIds(ctx, segment));
  const joinedAt = (segment: string, id: string): number => memberSince(ctx, segment, id);
  return conditionOf(condition, { ctx, moment: momentOf(ctx), membersOf, joinedAt }).test(profile);
}

/** Asks the facts that the run was started with, by the name that the condition has under `key`. */
function isAbout(key: string): Test {
  return (condition, { ctx, about = {} }) => {
    const name = String(condition[key]);
    return valueTest(objectOf(condition["filter"]), momentOf(ctx))(Object.hasOwn(about, name) ? about[name] : undefined);
  };
}

function hasActivity(condition: JsonObject, { ctx, profile, since = ctx.now }: Traveller): boolean {
  const moment = momentOf(ctx);
  const timeframe = objectOf(condition["timeframe_filter"]);
  // Events are cut to the second, so the start is as well.
  const inTime = timeframe["operator"] === "flow-start" ? (at: number) => at >= since - (since % 1000) : dateTest(timeframe, moment);
  const found = ctx
    .rows(events)
    .where("profile_id", profile.id)
    .filter((event) => event.metric === condition["metric_id"] && inTime(event.at) && passesAll(event, condition, moment));
  const total = condition["measurement"] === "sum" ? found.reduce((sum, { value = 0 }) => sum + value, 0) : found.length;
  return numericTest(objectOf(condition["measurement_filter"]))(total);
}

function hasMembership(condition: JsonObject, { ctx, profile }: Traveller): boolean {
  const timeframe = objectOf(condition["timeframe_filter"]);
  const inTime = timeframe["operator"] === undefined ? () => true : dateTest(timeframe, momentOf(ctx));
  const isMember = arrayOf(condition["group_ids"])
    .map(String)
    .some((group) => {
      const link = ctx.rows(listMembers).get(linkId(group, profile.id));
      return link ? inTime(link.at) : isSegmentMember(ctx, { id: group }, profile);
    });
  return isMember === (condition["is_member"] !== false);
}

/** Looks at earlier times in the flow, so it is a question for the door alone. */
function isNotInFlow(condition: JsonObject, { ctx, profile, flow, since }: Traveller): boolean {
  if (since !== undefined) return true;
  const entry = ctx.rows(flowEntries).get(entryId(flow, profile.id));
  return !entry || !dateTest(objectOf(condition["timeframe_filter"]), momentOf(ctx))(entry.at);
}

function isNotSent(channel: "email" | "mobile_push" | "sms"): Test {
  return (condition, { ctx, profile }) => {
    const receipt = ctx.rows(receipts).get(`${channel} ${profile.id}`);
    return !receipt || !dateTest(objectOf(condition["timeframe_filter"]), momentOf(ctx))(receipt.at);
  };
}

function momentOf({ now }: Context): { now: number; until: number } {
  return { now, until: Number.POSITIVE_INFINITY };
}
