import { defineLinks } from "../engine/declare.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export interface TagRow extends Row {
  name: string;
  group: string;
}

export const tags = defineCollection<TagRow>("tags", { unique: { name: (tag) => tag.name }, indexes: { group: (tag) => tag.group } });

export interface TagGroupRow extends Row {
  name: string;
  exclusive?: true;
  /** The group of tags that name none. */
  isDefault?: true;
}

export const tagGroups = defineCollection<TagGroupRow>("tag_groups", {
  indexes: { isDefault: (group) => String(group.isDefault ?? false) },
});

/** From tag to `type:id` of a campaign, flow, list or segment. */
export const tagLinks = defineLinks("tag_links");
