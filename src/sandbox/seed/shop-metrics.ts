import type { Context } from "../engine/context.ts";
import { KLAVIYO_METRICS } from "../resources/klaviyo-metrics.ts";
import { mappedMetrics } from "../resources/mapped-metrics.ts";
import { metrics } from "../resources/metric-rows.ts";
import { DAY_MS } from "./calendar.ts";

const SHOP_METRICS = [
  "Placed Order",
  "Ordered Product",
  "Started Checkout",
  "Viewed Product",
  "Added to Cart",
  "Fulfilled Order",
  "Refunded Order",
  "Cancelled Order",
];
/** Klaviyo's own that came with the first of their kind: push, forms, reviews, back in stock. */
const LATER = [
  "Received Push",
  "Opened Push",
  "Bounced Push",
  "Viewed Form",
  "Viewed Form Step",
  "Submitted Form Step",
  "Submitted Form",
  "Closed Form",
  "Qualified Form",
  "Submitted review",
  "Submitted rating",
  "Submitted question",
  "Submitted store review",
  "Subscribed to Back in Stock",
];
const MAPPED: Record<string, string> = {
  revenue: "Placed Order",
  ordered_product: "Ordered Product",
  started_checkout: "Started Checkout",
  viewed_product: "Viewed Product",
  added_to_cart: "Added to Cart",
  refunded_sales: "Refunded Order",
  cancelled_sales: "Cancelled Order",
};

/** Metrics that came with the shop's first events, and what they are mapped to. */
export function seedShopMetrics(ctx: Context, openedMs: number): void {
  const rows = ctx.rows(metrics);
  const created = openedMs + 2 * DAY_MS;
  for (const name of SHOP_METRICS) rows.put({ id: ctx.ids.short(), name, service: "shop", created });
  for (const name of [...KLAVIYO_METRICS, ...LATER]) {
    if (rows.where("name", name).length === 0) rows.put({ id: ctx.ids.short(), name, service: "klaviyo", created });
  }
  for (const [id, name] of Object.entries(MAPPED)) {
    const metric = rows.where("name", name)[0]?.id ?? "";
    ctx.rows(mappedMetrics).put({ id, metric, updated: created });
  }
}
