import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { numberOf, objectOf } from "../engine/input.ts";
import { catalogItems, catalogVariants, type ProductRow, type VariantRow } from "../resources/catalog-rows.ts";
import { flows, type FlowRow } from "../resources/flow-rows.ts";
import { arrive } from "./arrivals.ts";
import { buyersOf, interestedIn } from "./interest.ts";

/** Starts the flows that a fall of an item's price by at least so much, or so many percent, triggers. */
export function priceChanged(before: ProductRow, after: ProductRow, ctx: Context): void {
  const [was, now] = [before, after].map(({ fields }) => numberOf(fields["price"]));
  if (was === undefined || now === undefined || now >= was) return;
  for (const { flow, trigger } of openFlows("price-drop", ctx)) {
    const drop = trigger["price_drop_amount_unit"] === "percent" ? (100 * (was - now)) / was : was - now;
    // Prices are no exact fractions of two: 10 less 9.9 falls short of 0.1.
    if (drop + 1e-9 < (numberOf(trigger["price_drop_amount_value"]) ?? 0)) continue;
    const about = { ...factsOf(after), price: now, previous_price: was };
    for (const profile of interestedIn([after], trigger, ctx)) arrive(ctx, flow, { profile, about });
  }
}

/**
 * Starts the flows that a stock which falls to so many, or fewer, triggers: that of a variant, or that of all variants of the item. Who has
 * bought it within the timeframe is left out (documented by the vendor's help); what is sold out is not low any more (assumed).
 */
export function stockChanged(before: VariantRow, after: VariantRow, ctx: Context): void {
  const item = ctx.rows(catalogItems).get(after.item);
  if (!item || stockOf(after) >= stockOf(before)) return;
  const others = ctx.rows(catalogVariants).where("item.id", item.id);
  const rest = others.reduce((sum, each) => (each.id === after.id ? sum : sum + stockOf(each)), 0);
  for (const { flow, trigger } of openFlows("low-inventory", ctx)) {
    const isWhole = trigger["product_level"] !== "variant";
    const [was, left] = [before, after].map((each) => stockOf(each) + (isWhole ? rest : 0));
    const limit = numberOf(trigger["inventory_count"]) ?? 0;
    if (was === undefined || left === undefined || was <= limit || left > limit || left <= 0) continue;
    const products = isWhole ? [item, ...others] : [after];
    const buyers = buyersOf(isWhole ? products : [item, after], trigger, ctx);
    const about = { ...factsOf(isWhole ? item : after), inventory_quantity: left };
    for (const profile of interestedIn(products, trigger, ctx)) if (!buyers.has(profile)) arrive(ctx, flow, { profile, about });
  }
}

function openFlows(type: string, ctx: Context): { flow: FlowRow; trigger: JsonObject }[] {
  const all = [...ctx.rows(flows).all()].map((flow) => ({ flow, trigger: flow.trigger ?? {} }));
  return all.filter(({ flow, trigger }) => flow.liveSince !== undefined && trigger["type"] === type);
}

/** What a trigger filter can ask of: the names are those of the catalog (assumed). */
function factsOf({ externalId, fields }: ProductRow): JsonObject {
  return { ...objectOf(fields["custom_metadata"]), external_id: externalId, ...fields };
}

function stockOf({ fields }: VariantRow): number {
  return Math.max(0, numberOf(fields["inventory_quantity"]) ?? 0);
}
