import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import { arrayOf, objectOf, parseInput } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import type { ApiRequest, Reply } from "../engine/request.ts";
import { MAPPED_METRIC_IDS, mappedMetric, mappedMetrics, type MappedMetricRow } from "../resources/mapped-metrics.ts";

export const getMappedMetrics = defineAction("get_mapped_metrics", (request, ctx) =>
  withoutUnset(
    ctx.reply.list(
      request,
      "mapped-metric",
      MAPPED_METRIC_IDS.map((id) => mappedMetric(ctx, id)),
    ),
  ),
);

export const getMappedMetric = defineAction("get_mapped_metric", (request, ctx) =>
  withoutUnset(ctx.reply.item(request, "mapped-metric", mappedMetric(ctx, request.params["id"] ?? ""))),
);

/** Sets the mapping to one metric or one custom metric, and to none when the relationship has no data (the schema lets no null through). */
export const updateMappedMetric = defineAction("update_mapped_metric", (request, ctx) => {
  const { id, updated: _, ...before } = mappedMetric(ctx, request.params["id"] ?? "");
  const input = parseInput(request.body);
  if (input.id !== id) refuse("invalid", "The id in the body must match the id in the path.", { source: { pointer: "/data/id" } });
  const names = Object.keys(objectOf(objectOf(objectOf(request.body)["data"])["relationships"]));
  const [metric, customMetric] = [input.one("metric"), input.one("custom-metric")];
  if (metric !== undefined && customMetric !== undefined)
    refuse("invalid", "A mapping leads to a metric or to a custom metric, not to both.");
  if (metric !== undefined) ctx.must("metric", metric);
  if (customMetric !== undefined) ctx.must("custom-metric", customMetric);
  const after = { ...(metric !== undefined && { metric }), ...(customMetric !== undefined && { customMetric }) };
  const row = ctx.rows(mappedMetrics).put({ id, updated: ctx.now, ...(names.length === 0 ? before : after) });
  return withoutUnset(ctx.reply.item(request, "mapped-metric", row));
});

export const mappedMetricRelations = [
  related("get_metric_for_mapped_metric", "metric", ({ metric }) => metric, true),
  related("get_metric_id_for_mapped_metric", "metric", ({ metric }) => metric, false),
  related("get_custom_metric_for_mapped_metric", "custom-metric", ({ customMetric }) => customMetric, true),
  related("get_custom_metric_id_for_mapped_metric", "custom-metric", ({ customMetric }) => customMetric, false),
];

function related(operation: string, type: string, idOf: (row: MappedMetricRow) => string | undefined, full: boolean) {
  return defineAction(operation, (request: ApiRequest, ctx: Context): Reply => {
    const id = idOf(mappedMetric(ctx, request.params["id"] ?? ""));
    if (full && id !== undefined) return ctx.reply.item(request, type, ctx.must(type, id));
    const links = { self: request.self };
    if (!full) return { status: 200, body: { data: id === undefined ? null : { type, id }, links } };
    // The schema of the full read knows no empty answer, that of the linkage does (assumed).
    return refuse("not_found", `The mapped-metric has no ${type}.`);
  });
}

/** The vendor's schema knows no `data: null` in these relationships: one that is not set has links only. */
function withoutUnset(reply: Reply): Reply {
  for (const each of arrayOf(reply.body?.["data"] ?? null).concat(reply.body?.["data"] ?? null)) {
    const relationships = objectOf(objectOf(each)["relationships"]);
    for (const relation of Object.values(relationships) as JsonObject[]) if (relation["data"] === null) delete relation["data"];
  }
  return reply;
}
