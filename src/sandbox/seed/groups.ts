import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { linkId } from "../engine/declare.ts";
import { KLAVIYO_METRICS } from "../resources/klaviyo-metrics.ts";
import { lists, type ListRow } from "../resources/lists.ts";
import { mappedMetrics } from "../resources/mapped-metrics.ts";
import { metrics } from "../resources/metric-rows.ts";
import { segments } from "../resources/segment-rows.ts";
import { tagGroups, tagLinks, tags } from "../resources/tag-rows.ts";
import { DAY_MS } from "./calendar.ts";
import type { FreshLists } from "./fresh.ts";

/** Ids of the shop's lists. */
export interface ShopLists extends FreshLists {
  newsletter: string;
  vip: string;
  coffee: string;
  early: string;
  trail: string;
  imported: string;
}

/** Lists of the shop's own. `openedMs` is when the account was made. */
export function seedLists(ctx: Context, fresh: FreshLists, openedMs: number): ShopLists {
  const list = (name: string, day: number, optIn: ListRow["optIn"] = "single_opt_in"): string => {
    const created = openedMs + day * DAY_MS;
    return ctx.rows(lists).put({ id: ctx.ids.short(), name, optIn, created, updated: created }).id;
  };
  return {
    ...fresh,
    newsletter: list("Newsletter", 1),
    vip: list("VIP customers", 3),
    coffee: list("Coffee club", 4),
    early: list("SMS early access", 6, "double_opt_in"),
    trail: list("Trail guide downloads", 9),
    imported: list("Customers of the old shop", 2),
  };
}

const SHOP_METRICS = [
  "Placed Order",
  "Ordered Product",
  "Started Checkout",
  "Viewed Product",
  "Added to Cart",
  "Fulfilled Order",
  "Refunded Order",
];
const MAPPED: Record<string, string> = {
  revenue: "Placed Order",
  ordered_product: "Ordered Product",
  started_checkout: "Started Checkout",
  viewed_product: "Viewed Product",
  added_to_cart: "Added to Cart",
  refunded_sales: "Refunded Order",
};

/** Metrics that came with the shop's first events, and what they are mapped to. */
export function seedShopMetrics(ctx: Context, openedMs: number): void {
  const rows = ctx.rows(metrics);
  const created = openedMs + 2 * DAY_MS;
  for (const name of SHOP_METRICS) rows.put({ id: ctx.ids.short(), name, service: "shop", created });
  for (const name of KLAVIYO_METRICS) {
    if (rows.where("name", name).length === 0) rows.put({ id: ctx.ids.short(), name, service: "klaviyo", created });
  }
  for (const [id, name] of Object.entries(MAPPED)) {
    const metric = rows.where("name", name)[0]?.id ?? "";
    ctx.rows(mappedMetrics).put({ id, metric, updated: created });
  }
}

/** A condition on how often something happened, over all time or within the last days. */
function happened(metricId: string, operator: string, value: number, days?: number, measurement = "count"): JsonObject {
  return {
    type: "profile-metric",
    metric_id: metricId,
    measurement,
    measurement_filter: { type: "numeric", operator, value },
    timeframe_filter: {
      type: "date",
      ...(days === undefined ? { operator: "alltime" } : { operator: "in-the-last", unit: "day", quantity: days }),
    },
    metric_filters: null,
  };
}

/** Segments by orders, property, consent, engagement and region. Returns their ids by name. */
export function seedSegments(ctx: Context, openedMs: number): Record<string, string> {
  const metric = (name: string): string => ctx.rows(metrics).where("name", name)[0]?.id ?? "";
  const [ordered, checkout, opened] = [metric("Placed Order"), metric("Started Checkout"), metric("Opened Email")];
  const reachable = (channel: string, subscription: string): JsonObject => ({
    type: "profile-marketing-consent",
    consent: { channel, can_receive_marketing: true, consent_status: { subscription, filters: null } },
  });
  const gold: JsonObject = {
    type: "profile-property",
    property: "properties['Loyalty Tier']",
    filter: { type: "string", operator: "equals", value: "Gold" },
  };
  const settled: JsonObject = {
    type: "profile-property",
    property: "created",
    filter: { type: "date", operator: "at-least", unit: "day", quantity: 120 },
  };
  const definitions: [string, JsonObject[][]][] = [
    ["Repeat customers", [[happened(ordered, "greater-than-or-equal", 2)]]],
    ["High spenders (12 months)", [[happened(ordered, "greater-than", 250, 365, "sum")]]],
    ["Lapsed customers", [[happened(ordered, "greater-than", 0)], [happened(ordered, "equals", 0, 180)]]],
    ["Abandoned checkout (30 days)", [[happened(checkout, "greater-than", 0, 30)], [happened(ordered, "equals", 0, 30)]]],
    ["Gold tier", [[gold]]],
    ["Text subscribers", [[reachable("sms", "subscribed")]]],
    ["Unengaged subscribers", [[reachable("email", "subscribed")], [happened(opened, "equals", 0, 120)], [settled]]],
    ["European Union", [[{ type: "profile-region", in_region: true, region: "european_union" }]]],
  ];
  const made = definitions.map(([name, groups], i): [string, string] => {
    const created = openedMs + (20 + 9 * i) * DAY_MS;
    const definition = { condition_groups: groups.map((conditions) => ({ conditions })) };
    const isStarred = name === "Repeat customers" || name === "Abandoned checkout (30 days)";
    const row = { id: ctx.ids.short(), name, definition, created, updated: created, ...(isStarred && { starred: true as const }) };
    return [name, ctx.rows(segments).put(row).id];
  });
  return Object.fromEntries(made);
}

const TAGS: [group: string, isExclusive: boolean, names: string[]][] = [
  ["Season", true, ["Spring", "Summer", "Fall", "Winter", "Holiday"]],
  ["Goal", false, ["Sale", "Launch", "Story", "Win-back"]],
  ["Audience", false, ["VIP", "Coffee", "Outdoors"]],
];

/** Ties a tag to a campaign, list or segment. */
export type Tagger = (tag: string, type: "campaign" | "list" | "segment", id: string, at: number) => void;

/** Tag groups and tags. */
export function seedTags(ctx: Context): Tagger {
  const ids = new Map<string, string>();
  const [fallback] = ctx.rows(tagGroups).where("isDefault", "true");
  const add = (name: string, group: string): unknown => ids.set(name, ctx.rows(tags).put({ id: ctx.ids.uuid(), name, group }).id);
  for (const [name, isExclusive, names] of TAGS) {
    const group = ctx.rows(tagGroups).put({ id: ctx.ids.uuid(), name, ...(isExclusive && { exclusive: true as const }) });
    for (const each of names) add(each, group.id);
  }
  if (fallback) add("Needs review", fallback.id);
  return (tag, type, id, at) => {
    const from = ids.get(tag) ?? "";
    const to = `${type}:${id}`;
    ctx.rows(tagLinks).put({ id: linkId(from, to), from, to, at });
  };
}
