import { defineResource, toManyByIndex } from "../engine/declare.ts";
import { booleanOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { tagGroups, tags, type TagGroupRow } from "./tag-rows.ts";

const MAX_GROUPS = 50;

/** Tag groups (behaviour.md §2.7). Deleting one takes its tags along. */
export const tagGroupResource = defineResource<TagGroupRow>({
  type: "tag-group",
  path: "/api/tag-groups",
  collection: tagGroups,
  attributes: (group) => ({ name: group.name, exclusive: group.exclusive ?? false, default: group.isDefault ?? false }),
  filters: { name: (group) => group.name, exclusive: (group) => group.exclusive ?? false, default: (group) => group.isDefault ?? false },
  sorts: { name: (group) => group.name },
  relationships: { tags: toManyByIndex("tag", "group") },
  create({ attributes }, ctx) {
    if (ctx.rows(tagGroups).size >= MAX_GROUPS) refuse("invalid", `An account has at most ${MAX_GROUPS} tag groups.`);
    const exclusive = booleanOf(attributes["exclusive"]) ?? false;
    return { id: ctx.ids.uuid(), name: textOf(attributes["name"]) ?? "", ...(exclusive && { exclusive }) };
  },
  update: (group, { attributes }) => ({ ...group, name: textOf(attributes["name"]) ?? group.name }),
  remove(group, ctx) {
    if (group.isDefault) refuse("invalid", "The default tag group cannot be deleted.");
    for (const tag of ctx.rows(tags).where("group", group.id)) ctx.remove("tag", tag.id);
  },
});
