import type { JsonObject } from "../../lib/json.ts";
import { linkId } from "../engine/declare.ts";
import { arrayOf, objectOf } from "../engine/input.ts";
import { listMembers } from "../resources/lists.ts";
import type { Condition, Evaluation } from "./condition.ts";
import { dateTest } from "./dates.ts";

/** `profile-group-membership`: on one of the lists or in one of the segments; `is_member` false: in none of them. */
export function membershipCondition(condition: JsonObject, { ctx, moment, membersOf, joinedAt }: Evaluation): Condition {
  const groups = arrayOf(condition["group_ids"]).map(String);
  const timeframe = objectOf(condition["timeframe_filter"]);
  const inTime = timeframe["operator"] === undefined ? undefined : dateTest(timeframe, moment);
  const links = ctx.rows(listMembers);
  const members = new Set<string>();
  for (const group of groups) {
    for (const link of links.where("from", group)) if (!inTime || inTime(link.at)) members.add(link.to);
    for (const id of membersOf(group)) if (!inTime || inTime(joinedAt(group, id))) members.add(id);
  }
  if (condition["is_member"] === false) return { test: ({ id }) => !members.has(id) };
  return { test: ({ id }) => members.has(id), candidates: members };
}

/** When a profile came onto the first of the condition's lists, ms. */
export function firstMembership({ ctx }: Evaluation, condition: JsonObject, profileId: string): number | undefined {
  const times = arrayOf(condition["group_ids"]).flatMap((group) => ctx.rows(listMembers).get(linkId(String(group), profileId))?.at ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
}
