import type { Context } from "../engine/context.ts";
import { filledIn, type Recipient } from "./recipient.ts";

const ASKS = /\{%-?\s*catalog\s/;

/**
 * Whether every item that the message looks up is in the catalog: one that is not skips the whole message (behaviour.md §2.12). Which items
 * those are may depend on the person and the event, so a message that looks items up is rendered. One that cannot be rendered at all is
 * let through here as the others are, which nobody renders.
 */
export function findsItems(html: string, recipient: Recipient, ctx: Context): boolean {
  if (!ASKS.test(html)) return true;
  let isFound = true;
  filledIn(html, recipient, ctx, (host) => ({
    ...host,
    catalogItem(id, options) {
      const item = host.catalogItem(id, options);
      isFound &&= item !== undefined;
      return item;
    },
  }));
  return isFound;
}
