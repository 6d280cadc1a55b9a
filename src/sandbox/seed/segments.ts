import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { metrics } from "../resources/metric-rows.ts";
import { segments } from "../resources/segment-rows.ts";
import { DAY_MS } from "./calendar.ts";

/** A condition on how often something happened, over all time or within the last days. */
function happened(
  metricId: string,
  operator: string,
  value: number,
  days?: number,
  { measurement = "count", filters = null }: { measurement?: "count" | "sum"; filters?: JsonObject[] | null } = {},
): JsonObject {
  return {
    type: "profile-metric",
    metric_id: metricId,
    measurement,
    measurement_filter: { type: "numeric", operator, value },
    timeframe_filter: {
      type: "date",
      ...(days === undefined ? { operator: "alltime" } : { operator: "in-the-last", unit: "day", quantity: days }),
    },
    metric_filters: filters,
  };
}

/** Tags of segments, by their names. */
export const SEGMENT_TAGS: readonly [tag: string, segment: string][] = [
  ["VIP", "High spenders (12 months)"],
  ["VIP", "VIP (5 orders or more)"],
  ["VIP", "Gold tier"],
  ["Win-back", "Lapsed customers"],
  ["Win-back", "At risk"],
  ["Cart", "Abandoned checkout (30 days)"],
  ["Customers", "Repeat customers"],
  ["Coffee", "Coffee buyers"],
  ["Outdoors", "Looked at things for outside (90 days)"],
];

function inDepartment(name: string): JsonObject {
  return { property: "Categories", filter: { type: "list", operator: "contains-any", value: [name] } };
}

function livesIn(country: string): JsonObject {
  return { type: "profile-property", property: "location['country']", filter: { type: "string", operator: "equals", value: country } };
}

/** Segments by orders, property, consent, engagement and region. Returns their ids by name. */
export function seedSegments(ctx: Context, openedMs: number): Record<string, string> {
  const metric = (name: string): string => ctx.rows(metrics).where("name", name)[0]?.id ?? "";
  const [ordered, checkout, opened] = [metric("Placed Order"), metric("Started Checkout"), metric("Opened Email")];
  const [viewed, product] = [metric("Viewed Product"), metric("Ordered Product")];
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
    ["High spenders (12 months)", [[happened(ordered, "greater-than", 250, 365, { measurement: "sum" })]]],
    ["Lapsed customers", [[happened(ordered, "greater-than", 0)], [happened(ordered, "equals", 0, 180)]]],
    ["Abandoned checkout (30 days)", [[happened(checkout, "greater-than", 0, 30)], [happened(ordered, "equals", 0, 30)]]],
    ["Gold tier", [[gold]]],
    ["Text subscribers", [[reachable("sms", "subscribed")]]],
    ["Unengaged subscribers", [[reachable("email", "subscribed")], [happened(opened, "equals", 0, 120)], [settled]]],
    ["VIP (5 orders or more)", [[happened(ordered, "greater-than-or-equal", 5)]]],
    ["At risk", [[happened(ordered, "greater-than", 0, 180)], [happened(ordered, "equals", 0, 90)], [happened(opened, "equals", 0, 45)]]],
    ["Never bought", [[reachable("email", "subscribed")], [happened(ordered, "equals", 0)]]],
    ["Coffee buyers", [[happened(product, "greater-than-or-equal", 2, undefined, { filters: [inDepartment("Coffee")] })]]],
    ["Looked at things for outside (90 days)", [[happened(viewed, "greater-than", 0, 90, { filters: [inDepartment("Outdoors")] })]]],
    ["App users", [[happened(metric("Received Push"), "greater-than", 0)]]],
    ...["United States", "Canada", "United Kingdom", "Germany"].map((country): [string, JsonObject[][]] => [country, [[livesIn(country)]]]),
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
