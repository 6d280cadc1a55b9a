import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import type { Collection, CollectionDef } from "../state/collection.ts";
import { events } from "../resources/event-rows.ts";
import { listMembers } from "../resources/lists.ts";
import { metrics } from "../resources/metric-rows.ts";
import { objectRecords, objectSchemas, objectTypes } from "../resources/object-rows.ts";
import { profiles, type ProfileRow } from "../resources/profile-rows.ts";
import { pushTokens } from "../resources/push-token-rows.ts";
import { recordLinks } from "../resources/record-links.ts";
import { segments, type SegmentRow } from "../resources/segment-rows.ts";
import { firstActivity } from "./activity.ts";
import type { Evaluation } from "./condition.ts";
import { groupsOf, matchingIds } from "./definition.ts";
import { firstMembership } from "./group-conditions.ts";

interface Members {
  ids: readonly string[];
  set: ReadonlySet<string>;
}

/** A result with what it rests on: the rows as they were, and a stretch of time. */
interface Kept extends Members {
  versions: string;
  from: number;
  until: number;
}

const NOBODY: Members = { ids: [], set: new Set() };

/** Results by account, which its collection of profiles stands for, then by segment. */
const kept = new WeakMap<Collection<ProfileRow>, Map<string, Kept>>();

/** Profile ids of a segment, ascending. Worked out when asked, and kept until rows it can depend on change or time alone changes it. */
export function segmentMemberIds(ctx: Context, segmentId: string): readonly string[] {
  return members(ctx, segmentId, []).ids;
}

export function isSegmentMember(ctx: Context, segment: Pick<SegmentRow, "id">, profile: Pick<ProfileRow, "id">): boolean {
  return members(ctx, segment.id, []).set.has(profile.id);
}

/** Members while `path` lists the segments that this one is needed for. One that needs itself has, there, no members (assumed). */
function members(ctx: Context, segmentId: string, path: readonly string[]): Members {
  const segment = ctx.rows(segments).get(segmentId);
  const definition = segment && currentDefinition(segment);
  if (!definition || path.includes(segmentId)) return NOBODY;
  const results = kept.get(ctx.rows(profiles)) ?? new Map<string, Kept>();
  kept.set(ctx.rows(profiles), results);
  const versions = versionsOf(ctx);
  const known = results.get(segmentId);
  if (known?.versions === versions && known.from <= ctx.now && ctx.now < known.until) return known;
  const inner = evaluationOf(ctx, [...path, segmentId]);
  const ids = matchingIds(definition, inner);
  const result = { ids, set: new Set(ids), versions, from: ctx.now, until: inner.moment.until };
  // Inside another one a circle may have been cut short, so only what was asked for by itself is kept.
  if (path.length === 0) results.set(segmentId, result);
  return result;
}

/** A new segment has no members until it is processed; a changed one has those of before. */
function currentDefinition({ processing, before, definition }: SegmentRow): JsonObject | undefined {
  return processing === undefined ? definition : before;
}

function evaluationOf(ctx: Context, path: readonly string[]): Evaluation {
  const moment = { now: ctx.now, until: Number.POSITIVE_INFINITY };
  return {
    ctx,
    moment,
    membersOf(segmentId) {
      const { set, ...rest } = members(ctx, segmentId, path);
      if ("until" in rest) moment.until = Math.min(moment.until, Number(rest.until));
      return set;
    },
    joinedAt: (segmentId, profileId) => memberSince(ctx, segmentId, profileId),
  };
}

/** The same as {@link joinedAt}, by ids; now when there is no such segment or profile. */
export function memberSince(ctx: Context, segmentId: string, profileId: string): number {
  const [segment, profile] = [ctx.rows(segments).get(segmentId), ctx.rows(profiles).get(profileId)];
  return segment && profile ? joinedAt(ctx, segment, profile) : ctx.now;
}

/** Everything that a definition can look at. */
const LOOKED_AT: CollectionDef<never>[] = [
  profiles,
  events,
  listMembers,
  segments,
  metrics,
  pushTokens,
  objectTypes,
  objectSchemas,
  objectRecords,
  recordLinks,
];

function versionsOf(ctx: Context): string {
  return LOOKED_AT.map((def) => ctx.rows(def).version).join(" ");
}

/**
 * Since when a profile has been a member, ms, as far as the rows tell: the later of the segment's making and of what each group asks for.
 * What is not dated counts from the profile's making.
 */
export function joinedAt(ctx: Context, segment: SegmentRow, profile: ProfileRow): number {
  const evaluation = evaluationOf(ctx, [segment.id]);
  const since = groupsOf(currentDefinition(segment) ?? {}).map((conditions) => {
    const times = conditions.flatMap((condition) => datedSince(condition, evaluation, profile) ?? []);
    return times.length > 0 ? Math.min(...times) : profile.created;
  });
  return Math.max(segment.created, ...since);
}

function datedSince(condition: JsonObject, evaluation: Evaluation, profile: ProfileRow): number | undefined {
  switch (condition["type"]) {
    case "profile-metric":
      return firstActivity(evaluation.ctx, condition, profile.id, evaluation.moment);
    case "profile-group-membership":
      return condition["is_member"] === false ? undefined : firstMembership(evaluation, condition, profile.id);
    default:
      return undefined;
  }
}
