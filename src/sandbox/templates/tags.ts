import type { TagParser } from "./tag.ts";
import { DATE_TAGS } from "./tags-dates.ts";
import { FLOW_TAGS } from "./tags-flow.ts";
import { LINK_TAGS } from "./tags-links.ts";
import { SHOP_TAGS } from "./tags-shop.ts";
import { TEXT_TAGS } from "./tags-text.ts";

/** Every tag by name; any other is a failure. */
export const TAGS: Readonly<Record<string, TagParser>> = { ...FLOW_TAGS, ...TEXT_TAGS, ...DATE_TAGS, ...LINK_TAGS, ...SHOP_TAGS };
