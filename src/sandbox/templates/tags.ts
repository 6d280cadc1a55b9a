import type { TagParser } from "./tag.ts";
import { FLOW_TAGS } from "./tags-flow.ts";
import { KLAVIYO_TAGS } from "./tags-klaviyo.ts";
import { TEXT_TAGS } from "./tags-text.ts";

/** Every tag by name; any other is a failure. */
export const TAGS: Readonly<Record<string, TagParser>> = { ...FLOW_TAGS, ...TEXT_TAGS, ...KLAVIYO_TAGS };
