import type { Resource } from "./engine/declare.ts";
import { accountResource } from "./resources/accounts.ts";
import { listResource } from "./resources/lists.ts";
import { tagGroupResource } from "./resources/tag-groups.ts";
import { tagResource } from "./resources/tags.ts";

/** Every resource type that the sandbox offers, one line each. */
export const resources: readonly Resource[] = [
  accountResource,
  listResource,
  tagGroupResource,
  tagResource,
];
