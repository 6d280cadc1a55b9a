import type { Json } from "../../src/lib/json.ts";
import type { LiveIds } from "./live-ids.ts";
import type { Shop } from "./shop.ts";

export interface From {
  ids: LiveIds;
  shop: Shop;
}

/** Arguments that replace the sample's; those that are `undefined` are left out. */
export type Arguments = Record<string, Json | undefined>;

/** Valid values that no schema states. */
export interface Override {
  /** Why the schema alone cannot know. */
  because: string;
  args(from: From): Arguments | Promise<Arguments>;
}

/** Values of an operation that are the same every time. */
export function always(because: string, args: Arguments): Override {
  return { because, args: () => args };
}

/** The id in the body is that of another resource than the body's type. */
export function bodyId(type: string): Override {
  return { because: `the id in the body is that of a ${type}`, args: async ({ ids }) => ({ id: await ids.fresh(type) }) };
}
