import { isoSeconds } from "../../lib/clock.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toManyByIndex, toOne } from "../engine/declare.ts";
import type { Json } from "../../lib/json.ts";
import { eventProperty, events, eventSecond } from "./event-rows.ts";
import {
  integrationCategoryOf,
  integrationNameOf,
  integrationOf,
  metricProperties,
  metrics,
  type MetricPropertyRow,
  type MetricRow,
} from "./metric-rows.ts";

/** Metrics (behaviour.md §2.8): read-only, each made by its first event. */
export const metricResource = defineResource<MetricRow>({
  type: "metric",
  path: "/api/metrics",
  collection: metrics,
  attributes: (metric) => ({
    name: metric.name,
    created: isoSeconds(metric.created),
    // Observed: both times are equal on metrics that had many events since.
    updated: isoSeconds(metric.created),
    integration: integrationOf(metric),
  }),
  filters: { "integration.name": integrationNameOf, "integration.category": integrationCategoryOf },
  pageSize: 200,
  relationships: { "flow-triggers": toManyByIndex("flow", "trigger") },
});

/** What events of a metric have carried. Its collection read lies under the metric: `actions/metric-properties.ts`. */
export const metricPropertyResource = defineResource<MetricPropertyRow>({
  type: "metric-property",
  path: "/api/metric-properties",
  collection: metricProperties,
  attributes: ({ property, inferredType }) => ({
    // "$value" is shown as "Value" (assumed).
    label: property.startsWith("$") ? property.charAt(1).toUpperCase() + property.slice(2) : property,
    property,
    inferred_type: inferredType,
  }),
  additional: { sample_values: (row, ctx) => sampleValues(row, ctx) },
  relationships: { metric: toOne("metric", ({ metric }) => metric) },
});

const MAX_SAMPLES = 10;
/** So that a property that is always the same does not make the read walk all events. */
const MAX_LOOKED_AT = 1000;

/** Different values of the newest events; members of lists count as values. */
function sampleValues({ metric, property }: MetricPropertyRow, ctx: Context): Json[] {
  const rows = ctx.rows(events);
  const positions = rows.order("event.timestamp", eventSecond, { index: "metric_id", key: metric }).positions();
  const samples = new Set<Json>();
  for (let i = positions.length - 1; i >= Math.max(0, positions.length - MAX_LOOKED_AT) && samples.size < MAX_SAMPLES; i--) {
    const event = rows.get(positions[i]?.id ?? "");
    for (const value of [event && eventProperty(event, property)].flat()) {
      if (value !== undefined && value !== null && typeof value !== "object" && samples.size < MAX_SAMPLES) samples.add(value);
    }
  }
  return [...samples];
}
