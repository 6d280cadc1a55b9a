import { isoSeconds } from "../../lib/clock.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { refuse } from "../engine/refusal.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** Which metric stands for a usual business event. Set to one of the two or to none. */
export interface MappedMetricRow extends Row {
  metric?: string;
  customMetric?: string;
  updated: number;
}

/** Holds the mappings that were ever set; see {@link mappedMetric}. */
export const mappedMetrics = defineCollection<MappedMetricRow>("mapped_metrics", { indexes: { customMetric: (row) => row.customMetric } });

export const MAPPED_METRIC_IDS = [
  "added_to_cart",
  "cancelled_sales",
  "ordered_product",
  "refunded_sales",
  "revenue",
  "started_checkout",
  "viewed_product",
];

/** When the API first had mappings: what one that was never set shows as its last change (assumed). */
const NEVER_SET = Date.UTC(2025, 3, 15);

/** The mapping of this id; all of the fixed ids have one, set or not. */
export function mappedMetric(ctx: Context, id: string): MappedMetricRow {
  if (!MAPPED_METRIC_IDS.includes(id)) refuse("not_found", `A mapped-metric with id ${id} does not exist.`);
  return ctx.rows(mappedMetrics).get(id) ?? { id, updated: NEVER_SET };
}

/** Documents of mapped metrics. Their operations are in `actions/mapped-metrics.ts`, since rows are only kept once set. */
export const mappedMetricResource = defineResource<MappedMetricRow>({
  type: "mapped-metric",
  path: "/api/mapped-metrics",
  collection: mappedMetrics,
  attributes: ({ updated }) => ({ updated: isoSeconds(updated) }),
  relationships: {
    metric: toOne("metric", ({ metric }) => metric),
    "custom-metric": toOne("custom-metric", ({ customMetric }) => customMetric),
  },
});
