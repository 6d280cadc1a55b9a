import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import { booleanOf, objectOf, parseInput, textOf } from "../engine/input.ts";
import { refuseAll } from "../engine/refusal.ts";
import { askForConfirmation } from "../resources/confirmations.ts";
import { subscribe, type Channel } from "../resources/consent.ts";
import { lists } from "../resources/lists.ts";
import { ownersOf, upsertProfile } from "../resources/profile-upsert.ts";
import { profiles } from "../resources/profile-rows.ts";
import { pushTokens } from "../resources/push-token-rows.ts";
import { registered } from "../resources/push-tokens.ts";
import { parseWishes, readWish, type Wish } from "../resources/subscription-wish.ts";

const MAX_SUBSCRIBED = 1000;
/** Channels whose confirmation a double opt-in list asks for; transactional texts and devices go without (documented for texts). */
const CONFIRMED: readonly Channel[] = ["email", "sms", "whatsapp"];
/** Channels that put the person on the list. */
const MARKETING: readonly Channel[] = ["email", "sms", "whatsapp", "push"];

interface Terms {
  list: string | undefined;
  isHistorical: boolean;
  customSource: string | undefined;
  caller: "server" | "client";
}

/** Subscribes at once where Klaviyo needs a moment (assumed: nobody can tell, the answer is empty). Behaviour.md §2.3 rules 1 to 5. */
export const bulkSubscribeProfiles = defineAction("bulk_subscribe_profiles", (request, ctx) => {
  const { attributes, one } = parseInput(request.body);
  const isHistorical = booleanOf(attributes["historical_import"]) ?? false;
  const wishes = parseWishes(objectOf(attributes["profiles"]), { max: MAX_SUBSCRIBED, isHistorical, nowMs: ctx.now });
  const terms: Terms = {
    list: mustList(ctx, one("list")),
    isHistorical,
    customSource: textOf(attributes["custom_source"]),
    caller: "server",
  };
  for (const wish of wishes) fulfil(ctx, wish, terms);
  return ctx.reply.empty(request);
});

/** The same for one person, from a browser; the list is obligatory (rule 11). */
export const createClientSubscription = defineAction("create_client_subscription", (request, ctx) => {
  const { attributes, one } = parseInput(request.body);
  const body = objectOf(objectOf(attributes["profile"])["data"]);
  const { wish, refusals } = readWish(body, "/data/attributes/profile/data", { nowMs: ctx.now });
  if (refusals.length > 0) refuseAll(refusals);
  fulfil(ctx, wish, {
    list: mustList(ctx, one("list")),
    isHistorical: false,
    customSource: textOf(attributes["custom_source"]),
    caller: "client",
  });
  return ctx.reply.empty(request);
});

function fulfil(ctx: Context, { person, channels, tokens }: Wish, { list, isHistorical, customSource, caller }: Terms): void {
  const isDouble = list !== undefined && !isHistorical && ctx.rows(lists).get(list)?.optIn === "double_opt_in";
  const asked = isDouble ? channels.filter(({ channel }) => CONFIRMED.includes(channel)) : [];
  const granted = channels.filter((each) => !asked.includes(each));
  for (const { channel } of asked) {
    if (list === undefined) continue;
    const told = { ...(person.id !== undefined && { id: person.id }), attributes: person.attributes };
    askForConfirmation(ctx, {
      address: (channel === "email" ? person.email : person.phone) ?? "",
      channel,
      list,
      person: told,
      ...(customSource !== undefined && { customSource }),
    });
  }
  if (asked.length > 0 && granted.length === 0) return;
  const isOne = ownersOf(ctx, person).length <= 1;
  // Addresses of two people: neither changes hands, each channel goes to whose address it is.
  const { profile } = upsertProfile(ctx, person, isOne ? caller : "client");
  for (const { channel, at } of granted) {
    const isText = channel.startsWith("sms") || channel.startsWith("whatsapp");
    const owner =
      isText && person.phone && profile.phone !== person.phone ? ctx.rows(profiles).find("phone_number", person.phone) : profile;
    const isListed = list !== undefined && !isDouble && MARKETING.includes(channel);
    const how = {
      ...(at !== undefined && { at }),
      ...(customSource !== undefined && { methodDetail: customSource }),
      ...(isListed && { list }),
      isHistorical,
    };
    if (owner) subscribe(ctx, owner.id, { channel, ...how });
  }
  for (const [i, token] of tokens.entries()) {
    const pointer = `${person.pointer}/attributes/subscriptions/push/tokens/${i}/token`;
    ctx.rows(pushTokens).put(registered(ctx, token, profile.id, pointer));
  }
}

function mustList(ctx: Context, id: string | undefined): string | undefined {
  return id === undefined ? undefined : ctx.must("list", id).id;
}
