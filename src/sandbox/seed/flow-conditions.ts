import type { JsonObject } from "../../lib/json.ts";

/** How often somebody did something, within a time frame. */
export function count(metricId: string, operator: string, value: number, timeframe: JsonObject): JsonObject {
  return {
    type: "profile-metric",
    metric_id: metricId,
    measurement: "count",
    measurement_filter: { type: "numeric", operator, value },
    timeframe_filter: timeframe,
    metric_filters: null,
  };
}

/** Lets nobody on who has done one of these since the start of the flow. */
export function notSinceStart(metricIds: readonly string[]): JsonObject | null {
  const conditions = metricIds.map((id) => count(id, "equals", 0, { type: "date", operator: "flow-start" }));
  return conditions.length === 0 ? null : { condition_groups: conditions.map((each) => ({ conditions: [each] })) };
}
