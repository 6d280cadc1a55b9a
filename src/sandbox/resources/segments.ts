import { defineResource, toManyByIndex, toManyIds, toManyLinks } from "../engine/declare.ts";
import { booleanOf, objectOf, textOf } from "../engine/input.ts";
import { timeText } from "../engine/time.ts";
import { checkDefinition } from "../segments/check.ts";
import { joinedAt, segmentMemberIds } from "../segments/membership.ts";
import type { ProfileRow } from "./profile-rows.ts";
import { segments, type SegmentRow } from "./segment-rows.ts";
import { tagLinks } from "./tag-rows.ts";

/** Observed on a small account; it ends with `updated` moved to the end of it. */
const PROCESSING_MS = 13_000;

/** Segments (behaviour.md §2.6): members are worked out from the definition; only a new definition is processed. */
export const segmentResource = defineResource<SegmentRow>({
  type: "segment",
  path: "/api/segments",
  collection: segments,
  attributes: (segment, ctx) => ({
    name: segment.name,
    definition: segment.definition,
    created: timeText(segment.created, ctx),
    updated: timeText(segment.updated, ctx),
    is_active: !segment.inactive,
    is_processing: segment.processing !== undefined,
    is_starred: segment.starred ?? false,
  }),
  additional: { profile_count: (segment, ctx) => segmentMemberIds(ctx, segment.id).length },
  filters: {
    name: (segment) => segment.name,
    created: (segment) => segment.created,
    updated: (segment) => segment.updated,
    is_active: (segment) => !segment.inactive,
    is_starred: (segment) => segment.starred ?? false,
  },
  sorts: { name: (segment) => segment.name, created: (segment) => segment.created, updated: (segment) => segment.updated },
  relationships: {
    profiles: toManyIds<SegmentRow, ProfileRow>("profile", (segment, ctx) => segmentMemberIds(ctx, segment.id), {
      view: {
        filters: { profile_id: (_, { id }) => id, joined_group_at: (segment, profile, ctx) => joinedAt(ctx, segment, profile) },
        sorts: { joined_group_at: (segment, profile, ctx) => joinedAt(ctx, segment, profile) },
        defaultSort: "id",
        attributes: (segment, profile, ctx) => ({ joined_group_at: timeText(joinedAt(ctx, segment, profile), ctx) }),
      },
    }),
    tags: toManyLinks("tag", { links: tagLinks, side: "to", prefix: "segment:" }),
    "flow-triggers": toManyByIndex("flow", "trigger"),
  },
  create({ attributes }, ctx) {
    const id = ctx.ids.short();
    ctx.settle(PROCESSING_MS, "finish_segment", { id, since: ctx.now });
    return {
      id,
      name: textOf(attributes["name"]) ?? "",
      definition: checkDefinition(objectOf(attributes["definition"]), ctx),
      created: ctx.now,
      updated: ctx.now,
      processing: ctx.now,
      ...(attributes["is_starred"] === true && { starred: true }),
    };
  },
  update(segment, { attributes }, ctx) {
    const { starred, inactive, ...rest } = segment;
    const isStarred = booleanOf(attributes["is_starred"]) ?? starred ?? false;
    const isActive = booleanOf(attributes["is_active"]) ?? !inactive;
    const changed: SegmentRow = {
      ...rest,
      name: textOf(attributes["name"]) ?? segment.name,
      updated: ctx.now,
      ...(isStarred && { starred: true }),
      ...(!isActive && { inactive: true }),
    };
    if (!attributes["definition"]) return changed;
    ctx.settle(PROCESSING_MS, "finish_segment", { id: segment.id, since: ctx.now });
    const before = segment.processing === undefined ? segment.definition : segment.before;
    return {
      ...changed,
      definition: checkDefinition(objectOf(attributes["definition"]), ctx),
      processing: ctx.now,
      ...(before && { before }),
    };
  },
  tasks: {
    finish_segment({ id, since }, ctx) {
      const segment = ctx.rows(segments).get(String(id));
      // A definition that was changed meanwhile has a task of its own.
      if (segment?.processing !== since || !segment) return;
      const { processing: _, before: __, ...rest } = segment;
      ctx.rows(segments).put({ ...rest, updated: ctx.now });
    },
  },
});
