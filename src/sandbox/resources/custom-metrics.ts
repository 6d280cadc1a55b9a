import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toManyIds } from "../engine/declare.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import { mappedMetrics } from "./mapped-metrics.ts";
import { metrics } from "./metric-rows.ts";

export interface CustomMetricRow extends Row {
  name: string;
  /** `{aggregation_method, metric_groups}` as in the API. */
  definition: JsonObject;
  created: number;
  updated: number;
}

export const customMetrics = defineCollection<CustomMetricRow>("custom_metrics", { unique: { name: (metric) => metric.name } });

/** Of an account with advanced data features; a standard one has 1 (behaviour.md §2.8). */
const MAX_CUSTOM_METRICS = 50;

/** Metrics that the account defines out of others. Names are unique. */
export const customMetricResource = defineResource<CustomMetricRow>({
  type: "custom-metric",
  path: "/api/custom-metrics",
  collection: customMetrics,
  attributes: (metric, ctx) => ({
    name: metric.name,
    created: timeText(metric.created, ctx),
    updated: timeText(metric.updated, ctx),
    definition: metric.definition,
  }),
  relationships: { metrics: toManyIds<CustomMetricRow>("metric", (metric) => metricIdsOf(metric.definition)) },
  create({ attributes }, ctx) {
    if (ctx.rows(customMetrics).size >= MAX_CUSTOM_METRICS)
      refuse("invalid", `An account has at most ${MAX_CUSTOM_METRICS} custom metrics.`);
    return {
      id: ctx.ids.hex(32),
      name: freeName(textOf(attributes["name"]) ?? "", ctx),
      definition: checked(objectOf(attributes["definition"]), ctx),
      created: ctx.now,
      updated: ctx.now,
    };
  },
  update(metric, { attributes }, ctx) {
    const name = textOf(attributes["name"]) ?? metric.name;
    return {
      ...metric,
      name: name === metric.name ? name : freeName(name, ctx),
      definition: attributes["definition"] ? checked(objectOf(attributes["definition"]), ctx) : metric.definition,
      updated: ctx.now,
    };
  },
  remove(metric, ctx) {
    // A mapping to what is gone becomes none (assumed).
    const rows = ctx.rows(mappedMetrics);
    for (const { id } of rows.where("customMetric", metric.id)) rows.put({ id, updated: ctx.now });
  },
});

function metricIdsOf(definition: JsonObject): string[] {
  return [...new Set(arrayOf(definition["metric_groups"]).flatMap((group) => textOf(objectOf(group)["metric_id"]) ?? []))];
}

function freeName(name: string, ctx: Context): string {
  const source = { pointer: "/data/attributes/name" };
  if (ctx.rows(customMetrics).find("name", name)) refuse("invalid", `A custom metric named '${name}' already exists.`, { source });
  return name;
}

function checked(definition: JsonObject, ctx: Context): JsonObject {
  const source = { pointer: "/data/attributes/definition/metric_groups" };
  const ids = metricIdsOf(definition);
  if (ids.length === 0) refuse("invalid", "A custom metric needs at least one metric group.", { source });
  for (const id of ids) if (!ctx.rows(metrics).has(id)) refuse("invalid", `A metric with id ${id} does not exist.`, { source });
  return definition;
}
