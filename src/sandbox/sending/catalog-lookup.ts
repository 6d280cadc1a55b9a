import { HalyardError } from "../../lib/errors.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import type { ProfileRow } from "../resources/profile-rows.ts";
import { accountHost, organizationOf } from "../templates/account-host.ts";
import { renderTemplate } from "../templates/template.ts";

const ASKS = /\{%-?\s*catalog\s/;

/**
 * Whether every item that the message looks up is in the catalog: one that is not skips the whole message (behaviour.md §2.12). Which items
 * those are may depend on the person and the event, so a message that looks items up is rendered. One that cannot be rendered at all is
 * let through here as the others are, which nobody renders.
 */
export function findsItems(html: string, profile: ProfileRow, event: JsonObject | undefined, ctx: Context): boolean {
  if (!ASKS.test(html)) return true;
  let isFound = true;
  const host = accountHost(ctx);
  const catalogItem: typeof host.catalogItem = (id, options) => {
    const item = host.catalogItem(id, options);
    isFound &&= item !== undefined;
    return item;
  };
  try {
    renderTemplate(html, contextOf(profile, event, ctx), { ...host, catalogItem });
  } catch (thrown) {
    if (!(thrown instanceof HalyardError) || thrown.code !== "invalid_arguments") throw thrown;
  }
  return isFound;
}

/** Variables that a message has; `event` in flows that a metric triggers alone. */
function contextOf({ email, phone, firstName, lastName, properties }: ProfileRow, event: JsonObject | undefined, ctx: Context) {
  const names = { email, phone_number: phone, first_name: firstName, last_name: lastName };
  return { organization: organizationOf(ctx), ...names, person: { ...properties, ...names }, ...(event && { event }) };
}
