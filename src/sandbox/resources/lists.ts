import { defineLinks, defineResource, toManyByIndex, toManyLinks } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { timeText } from "../engine/time.ts";
import { announce, flowArrivals } from "../flows/arrivals.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import { tagLinks } from "./tag-rows.ts";

export interface ListRow extends Row {
  name: string;
  created: number;
  updated: number;
  optIn: "single_opt_in" | "double_opt_in";
}

export const lists = defineCollection<ListRow>("lists", { indexes: { name: (list) => list.name } });

/** From list to profile. */
export const listMembers = defineLinks("list_members");

/** Lists (behaviour.md §2.5): names need not be unique; members come and go without a word about consent. */
export const listResource = defineResource<ListRow>({
  type: "list",
  path: "/api/lists",
  collection: lists,
  collections: flowArrivals,
  attributes: (list, ctx) => ({
    name: list.name,
    created: timeText(list.created, ctx),
    updated: timeText(list.updated, ctx),
    opt_in_process: list.optIn,
  }),
  additional: { profile_count: (list, ctx) => ctx.rows(listMembers).count("from", list.id) },
  filters: { name: (list) => list.name, created: (list) => list.created, updated: (list) => list.updated },
  sorts: { name: (list) => list.name, created: (list) => list.created, updated: (list) => list.updated },
  relationships: {
    profiles: toManyLinks("profile", {
      links: listMembers,
      side: "from",
      maxPerCall: 1000,
      filters: { joined_group_at: (member) => member.at },
      sorts: { joined_group_at: (member) => member.at },
      added: (list, profile, ctx) => announce(ctx, list.id, { profile }),
      attributes: (member, ctx) => ({ joined_group_at: timeText(member.at, ctx) }),
    }),
    tags: toManyLinks("tag", { links: tagLinks, side: "to", prefix: "list:" }),
    "flow-triggers": toManyByIndex("flow", "trigger"),
  },
  create: ({ attributes }, ctx) => ({
    id: ctx.ids.short(),
    name: textOf(attributes["name"]) ?? "",
    created: ctx.now,
    updated: ctx.now,
    // Left out, it is the account's default: single, as in the recorded account.
    optIn: optInOf(textOf(attributes["opt_in_process"])),
  }),
  update: (list, { attributes }, ctx) => ({
    ...list,
    name: textOf(attributes["name"]) ?? list.name,
    optIn: attributes["opt_in_process"] === undefined ? list.optIn : optInOf(textOf(attributes["opt_in_process"])),
    updated: ctx.now,
  }),
});

function optInOf(text: string | undefined): ListRow["optIn"] {
  return text === "double_opt_in" ? "double_opt_in" : "single_opt_in";
}
