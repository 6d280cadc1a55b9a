import type { Context } from "../engine/context.ts";
import { linkId } from "../engine/declare.ts";
import { tagGroups, tagLinks, tags } from "../resources/tag-rows.ts";

const TAGS: [group: string, isExclusive: boolean, names: string[]][] = [
  ["Season", true, ["Spring", "Summer", "Fall", "Winter", "Holiday"]],
  ["Goal", false, ["Sale", "Launch", "Story", "Win-back", "Welcome", "Cart"]],
  ["Audience", false, ["VIP", "Coffee", "Outdoors", "Customers"]],
  ["Making", false, ["Automated"]],
];

/** Ties a tag to a campaign, flow, list or segment. */
export type Tagger = (tag: string, type: "campaign" | "flow" | "list" | "segment", id: string, at: number) => void;

/** Tag groups and tags. */
export function seedTags(ctx: Context): Tagger {
  const ids = new Map<string, string>();
  const [fallback] = ctx.rows(tagGroups).where("isDefault", "true");
  const add = (name: string, group: string): unknown => ids.set(name, ctx.rows(tags).put({ id: ctx.ids.uuid(), name, group }).id);
  for (const [name, isExclusive, names] of TAGS) {
    const group = ctx.rows(tagGroups).put({ id: ctx.ids.uuid(), name, ...(isExclusive && { exclusive: true as const }) });
    for (const each of names) add(each, group.id);
  }
  if (fallback) add("Needs review", fallback.id);
  return (tag, type, id, at) => {
    const from = ids.get(tag) ?? "";
    const to = `${type}:${id}`;
    ctx.rows(tagLinks).put({ id: linkId(from, to), from, to, at });
  };
}
