import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, numberOf, textOf } from "../engine/input.ts";
import type { ProductRow } from "../resources/catalog-rows.ts";
import { events, type EventRow } from "../resources/event-rows.ts";
import { mappedMetrics } from "../resources/mapped-metrics.ts";
import { metrics } from "../resources/metric-rows.ts";

/** Which metrics tell of it: what the account has mapped, else one of these names. */
const SIGNS: Record<string, { mapped: string; names: string[] }> = {
  viewed: { mapped: "viewed_product", names: ["Viewed Product"] },
  "checkout-started": { mapped: "started_checkout", names: ["Started Checkout", "Checkout Started"] },
  "added-to-cart": { mapped: "added_to_cart", names: ["Added to Cart"] },
  bought: { mapped: "ordered_product", names: ["Ordered Product", "Placed Order"] },
};

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;

/** Who the trigger's `audience` names for one of these products, within its `timeframe_days`. */
export function interestedIn(products: readonly ProductRow[], trigger: JsonObject, ctx: Context): Set<string> {
  return doersOf(arrayOf(trigger["audience"]).map(String), products, trigger, ctx);
}

/** Who has bought one of these products within the trigger's `timeframe_days`. */
export function buyersOf(products: readonly ProductRow[], trigger: JsonObject, ctx: Context): Set<string> {
  return doersOf(["bought"], products, trigger, ctx);
}

function doersOf(signs: readonly string[], products: readonly ProductRow[], trigger: JsonObject, ctx: Context): Set<string> {
  const since = ctx.now - (numberOf(trigger["timeframe_days"]) ?? DEFAULT_DAYS) * DAY_MS;
  const ids = new Set(products.map(({ externalId }) => externalId));
  const titles = new Set(products.flatMap(({ fields }) => textOf(fields["title"]) ?? []));
  const found = [...new Set(signs.flatMap((sign) => metricsOf(sign, ctx)))].flatMap((metric) =>
    ctx.rows(events).where("metric_id", metric),
  );
  return new Set(found.filter((event) => event.at >= since && isAbout(event, ids, titles)).map(({ profile }) => profile));
}

function metricsOf(sign: string, ctx: Context): string[] {
  const { mapped = "", names = [] } = SIGNS[sign] ?? {};
  const metric = ctx.rows(mappedMetrics).get(mapped)?.metric;
  return metric === undefined
    ? names.flatMap((name) =>
        ctx
          .rows(metrics)
          .where("name", name)
          .map(({ id }) => id),
      )
    : [metric];
}

/** Where events of shops name what they are about, as the vendor's guide for integrations has it; the spellings in small letters are assumed. */
const ID_PROPERTIES = ["ProductID", "ProductId", "VariantID", "VariantId", "AddedItemProductID"];

function isAbout({ properties = {} }: EventRow, ids: ReadonlySet<string>, titles: ReadonlySet<string>): boolean {
  const named = (value: Json | undefined): boolean => value !== undefined && ids.has(String(value));
  const holds = (each: JsonObject): boolean => ID_PROPERTIES.some((name) => named(each[name]));
  return (
    holds(properties) ||
    arrayOf(properties["Items"]).some((each) => (typeof each === "string" ? titles.has(each) : isJsonObject(each) && holds(each)))
  );
}
