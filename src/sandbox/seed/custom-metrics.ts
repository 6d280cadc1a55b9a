import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { customMetrics } from "../resources/custom-metrics.ts";
import { metrics } from "../resources/metric-rows.ts";
import { DAY_MS } from "./calendar.ts";

/** What the shop counts beside the usual: coffee by value, and every way to say something of a product. */
export function seedCustomMetrics(ctx: Context, openedMs: number): void {
  const metric = (name: string): string => ctx.rows(metrics).where("name", name)[0]?.id ?? "";
  const coffee = { property: "Categories", filter: { type: "list", operator: "contains", value: "Coffee" } };
  const made: [name: string, day: number, definition: JsonObject][] = [
    [
      "Coffee revenue",
      300,
      {
        aggregation_method: "value",
        metric_groups: [{ metric_id: metric("Ordered Product"), metric_filters: [coffee], value_property: "$value" }],
      },
    ],
    [
      "Words from customers",
      420,
      {
        aggregation_method: "count",
        metric_groups: ["Submitted review", "Submitted rating"].map((name) => ({
          metric_id: metric(name),
          metric_filters: [],
          value_property: null,
        })),
      },
    ],
  ];
  for (const [name, day, definition] of made) {
    const created = openedMs + day * DAY_MS;
    ctx.rows(customMetrics).put({ id: ctx.ids.hex(32), name, definition, created, updated: created });
  }
}
