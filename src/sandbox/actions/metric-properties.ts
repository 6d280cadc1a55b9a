import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import type { ApiRequest } from "../engine/request.ts";
import { metricProperties, type MetricPropertyRow } from "../resources/metric-rows.ts";

// Metrics show no relationship to their properties, so these two paths are no plain shapes of the metric.

export const getPropertiesForMetric = defineAction("get_properties_for_metric", (request, ctx) =>
  ctx.reply.list(request, "metric-property", propertiesOf(request, ctx)),
);

export const getPropertyIdsForMetric = defineAction("get_property_ids_for_metric", (request, ctx) => ({
  status: 200,
  body: {
    data: propertiesOf(request, ctx).map(({ id }) => ({ type: "metric-property", id })),
    links: { self: request.self, next: null, prev: null },
  },
}));

function propertiesOf({ params }: ApiRequest, ctx: Context): MetricPropertyRow[] {
  const { id } = ctx.must("metric", params["id"] ?? "");
  return ctx
    .rows(metricProperties)
    .where("metric", id)
    .toSorted((a, b) => (a.property < b.property ? -1 : 1));
}
