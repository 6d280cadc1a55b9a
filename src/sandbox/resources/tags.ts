import type { Context } from "../engine/context.ts";
import { defineResource, toManyLinks, toOne, type ToMany } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { tagGroups, tagLinks, tags, type TagRow } from "./tag-rows.ts";

const MAX_TAGS = 500;
const MAX_TAGS_OF_ONE = 100;

/** Tags (behaviour.md §2.7): a tag stays in its group; only its name changes. */
export const tagResource = defineResource<TagRow>({
  type: "tag",
  path: "/api/tags",
  collection: tags,
  attributes: (tag) => ({ name: tag.name }),
  filters: { name: (tag) => tag.name },
  sorts: { name: (tag) => tag.name },
  defaultSort: "name",
  relationships: {
    "tag-group": toOne("tag-group", (tag) => tag.group),
    lists: tagged("list"),
    segments: tagged("segment"),
    campaigns: tagged("campaign"),
    flows: tagged("flow"),
  },
  create(input, ctx) {
    const name = freeName(textOf(input.attributes["name"]) ?? "", ctx);
    if (ctx.rows(tags).size >= MAX_TAGS) refuse("invalid", `An account has at most ${MAX_TAGS} tags.`);
    const [fallback] = ctx.rows(tagGroups).where("isDefault", "true");
    const group = input.one("tag-group") ?? fallback?.id ?? refuse("invalid", "The account has no default tag group.");
    return { id: ctx.ids.uuid(), name, group };
  },
  update(tag, { attributes }, ctx) {
    const name = textOf(attributes["name"]) ?? tag.name;
    return { ...tag, name: name === tag.name ? name : freeName(name, ctx) };
  },
});

/** Unique over the account, whatever the group (assumed: the vendor states no constraint, open point of behaviour.md §5). */
function freeName(name: string, ctx: Context): string {
  if (ctx.rows(tags).find("name", name))
    refuse("invalid", `A tag named '${name}' already exists.`, { source: { pointer: "/data/attributes/name" } });
  return name;
}

function tagged(type: string): ToMany<TagRow> {
  return toManyLinks<TagRow>(type, {
    links: tagLinks,
    side: "from",
    prefix: `${type}:`,
    adding(tag, id, ctx) {
      const present = ctx.rows(tagLinks).where("to", `${type}:${id}`);
      if (present.length >= MAX_TAGS_OF_ONE) refuse("invalid", `A ${type} has at most ${MAX_TAGS_OF_ONE} tags.`);
      const isTaken = present.some((link) => ctx.rows(tags).get(link.from)?.group === tag.group);
      if (isTaken && ctx.rows(tagGroups).get(tag.group)?.exclusive)
        refuse("invalid", `The tag group is exclusive: the ${type} has a tag of it already.`);
    },
  });
}
