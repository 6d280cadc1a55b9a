import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import { objectOf, parseInput, textOf } from "../engine/input.ts";
import { unsubscribe } from "../resources/consent.ts";
import { profiles } from "../resources/profile-rows.ts";
import { newProfile, ownersOf } from "../resources/profile-upsert.ts";
import { pushTokens } from "../resources/push-token-rows.ts";
import { parseWishes, type Wish } from "../resources/subscription-wish.ts";

const MAX_UNSUBSCRIBED = 100;

/** Behaviour.md §2.3 rule 6. Strangers become people who are unsubscribed. */
export const bulkUnsubscribeProfiles = defineAction("bulk_unsubscribe_profiles", (request, ctx) => {
  const { attributes, one } = parseInput(request.body);
  const list = one("list");
  if (list !== undefined) ctx.must("list", list);
  for (const wish of parseWishes(objectOf(attributes["profiles"]), { max: MAX_UNSUBSCRIBED, nowMs: ctx.now })) release(ctx, wish, list);
  return ctx.reply.empty(request);
});

function release(ctx: Context, { person, channels, tokens }: Wish, list: string | undefined): void {
  const owners = ownersOf(ctx, person);
  const people = owners.length > 0 ? owners : [ctx.rows(profiles).put(newProfile(ctx, person))];
  for (const { channel } of channels) {
    const isText = channel.startsWith("sms") || channel.startsWith("whatsapp");
    const owner = people.find(({ email, phone }) => (isText ? phone === person.phone : email === person.email)) ?? people[0];
    if (owner) unsubscribe(ctx, owner.id, { channel, ...(list !== undefined && { list }) });
  }
  for (const token of tokens) {
    const known = ctx.rows(pushTokens).find("token", textOf(token["token"]) ?? "");
    if (known && people.some(({ id }) => id === known.profile)) ctx.remove("push-token", known.id);
  }
}
