import { HalyardError } from "../../lib/errors.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import type { ProfileRow } from "../resources/profile-rows.ts";
import { accountHost, organizationOf } from "../templates/account-host.ts";
import type { Host } from "../templates/scope.ts";
import { renderTemplate } from "../templates/template.ts";
import type { Values } from "../templates/values.ts";

/** What a message is filled in with: the person, and in flows that a metric triggers the event's properties. */
export interface Recipient {
  profile: ProfileRow;
  event?: JsonObject | undefined;
}

/** The source filled in for one person; undefined when it cannot be rendered. `change` makes the host another one. */
export function filledIn(source: string, recipient: Recipient, ctx: Context, change = (host: Host): Host => host): string | undefined {
  try {
    return renderTemplate(source, contextOf(recipient, ctx), change(accountHost(ctx)));
  } catch (thrown) {
    if (!(thrown instanceof HalyardError) || thrown.code !== "invalid_arguments") throw thrown;
    return undefined;
  }
}

function contextOf({ profile: { id, email, phone, firstName, lastName, properties }, event }: Recipient, ctx: Context): Values {
  const names = { email, phone_number: phone, first_name: firstName, last_name: lastName };
  return { organization: organizationOf(ctx), ...names, person: { ...properties, id, ...names }, ...(event && { event }) };
}
