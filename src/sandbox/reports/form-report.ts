import type { Context } from "../engine/context.ts";
import { textOf } from "../engine/input.ts";
import { eventsBetween } from "../metrics/aggregate.ts";
import { eventProperty } from "../resources/event-rows.ts";
import { metrics, metricSource } from "../resources/metric-rows.ts";
import { FORM_METRICS, FORM_STATISTICS } from "./form-statistics.ts";
import type { Question } from "./message-report.ts";
import { createTable, type Result } from "./table.ts";

/** Results of forms, out of Klaviyo's own form events that carry `form_id`, by the time of the event. */
export function formResults(ctx: Context, { statistics, timeframe, buckets, groupBy, passes }: Question): Result[] {
  const table = createTable(groupBy, buckets.count, FORM_STATISTICS);
  const needed = new Set(statistics.flatMap((name) => FORM_STATISTICS[name]?.needs ?? []));
  for (const [name, kind] of FORM_METRICS) {
    const metric = ctx.rows(metrics).find("source", metricSource("klaviyo", name));
    if (!metric || !needed.has(kind)) continue;
    for (const event of eventsBetween(ctx, { metricId: metric.id, from: timeframe.from, to: timeframe.to })) {
      const form = textOf(eventProperty(event, "form_id"));
      const facts = { form_id: form ?? null, form_version_id: textOf(eventProperty(event, "form_version_id")) ?? null };
      const bucket = buckets.indexOf(event.at);
      if (form !== undefined && bucket !== undefined && passes(facts)) table.row(facts).note(bucket, kind, event.profile, 0);
    }
  }
  return table.results(statistics, buckets.dates !== undefined);
}
