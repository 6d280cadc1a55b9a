import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import { arrayOf, objectOf, parseInput } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { catalogItems, catalogVariants, type VariantRow } from "../resources/catalog-rows.ts";
import { recordEvent } from "../resources/event-log.ts";
import { parseProfile } from "../resources/profile-input.ts";
import { upsertProfile } from "../resources/profile-upsert.ts";

export const createBackInStockSubscription = subscription("create_back_in_stock_subscription", "server");
export const createClientBackInStockSubscription = subscription("create_client_back_in_stock_subscription", "client");

/** Someone wants to know when a variant is there again. It is kept as the event that starts flows, and gives no consent. */
function subscription(operation: string, caller: "server" | "client") {
  return defineAction(operation, (request, ctx) => {
    const { attributes, one } = parseInput(request.body);
    const channels = arrayOf(attributes["channels"]);
    if (channels.length === 0) wrong("attributes/channels", "At least one channel is required.");
    const id = one("variant") ?? wrong("relationships/variant/data", "A variant is required.");
    const variant = ctx.rows(catalogVariants).get(id) ?? refuse("not_found", `A catalog-variant with id ${id} does not exist.`);
    const { data } = objectOf(attributes["profile"]);
    if (data === undefined) wrong("attributes/profile", "A profile is required.");
    const { profile } = upsertProfile(ctx, parseProfile(objectOf(data), "/data/attributes/profile/data"), caller);
    recordEvent(ctx, {
      metric: "Subscribed to Back in Stock",
      service: "klaviyo",
      profileId: profile.id,
      properties: { ...propertiesOf(variant, ctx), Channels: channels },
      // Two variants in one second are two events.
      uniqueId: `${id}:${ctx.now}`,
    });
    return ctx.reply.empty(request);
  });
}

/** The first five names are those that exports of real accounts read; the rest are assumed. */
function propertiesOf({ externalId, item, fields }: VariantRow, ctx: Context): JsonObject {
  const whole = ctx.rows(catalogItems).get(item);
  return {
    ProductID: whole?.externalId ?? "",
    ProductName: whole?.fields["title"] ?? "",
    VariantId: externalId,
    VariantName: fields["title"] ?? "",
    SKU: fields["sku"] ?? "",
    Price: fields["price"] ?? null,
    URL: fields["url"] ?? "",
    ImageURL: fields["image_full_url"] ?? "",
  };
}

function wrong(where: string, detail: string): never {
  return refuse("invalid", detail, { source: { pointer: `/data/${where}` } });
}
