import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, numberOf, objectOf, textOf } from "../engine/input.ts";
import { eventProperty, events, eventSecond, type EventRow } from "../resources/event-rows.ts";
import type { Condition, Evaluation } from "./condition.ts";
import { dateTest, noteChange, spanOf, type Moment } from "./dates.ts";
import { numericTest, valueTest } from "./filters.ts";

/** `profile-metric`: how many events, or how much value, within a time frame. */
export function metricCondition(condition: JsonObject, { ctx, moment }: Evaluation): Condition {
  const isSum = condition["measurement"] === "sum";
  const totals = new Map<string, number>();
  for (const event of eventsOf(ctx, textOf(condition["metric_id"]) ?? "", objectOf(condition["timeframe_filter"]), moment)) {
    if (!passesAll(event, condition, moment)) continue;
    totals.set(event.profile, (totals.get(event.profile) ?? 0) + (isSum ? (event.value ?? 0) : 1));
  }
  const passes = numericTest(objectOf(condition["measurement_filter"]));
  return { test: (profile) => passes(totals.get(profile.id) ?? 0), ...(!passes(0) && { candidates: totals }) };
}

/** Events of a metric that lie in a time frame, oldest first. A span of time is found by search, other filters look at all. */
export function* eventsOf(ctx: Context, metricId: string, timeframe: JsonObject, moment: Moment): Iterable<EventRow> {
  const rows = ctx.rows(events);
  const order = rows.order("event.timestamp", eventSecond, { index: "metric_id", key: metricId });
  const positions = order.positions();
  const span = spanOf(timeframe, moment.now);
  const inTime = dateTest(timeframe, moment);
  for (let i = span ? order.indexOf({ key: span.from / 1000, id: "" }) : 0; i < positions.length; i++) {
    const event = rows.get(positions[i]?.id ?? "");
    if (!event) continue;
    if (inTime(event.at)) yield event;
    else if (span && event.at > span.to) {
      // The first event ahead of a span that moves is the next to enter it.
      if (span.moves) noteChange(moment, moment.now + (event.at - span.to));
      return;
    }
  }
}

/** Whether an event passes all `metric_filters` of a condition or a step. */
export function passesAll(event: EventRow, condition: JsonObject, moment: Moment): boolean {
  return arrayOf(condition["metric_filters"]).every((each) => {
    const { property, filter } = objectOf(each);
    return !filter || valueTest(objectOf(filter), moment)(eventProperty(event, textOf(property) ?? ""));
  });
}

/** When a profile first did what a `profile-metric` condition asks, ms; undefined when it asks for something not done. */
export function firstActivity(ctx: Context, condition: JsonObject, profileId: string, moment: Moment): number | undefined {
  const passes = numericTest(objectOf(condition["measurement_filter"]));
  if (passes(0)) return undefined;
  const inTime = dateTest(objectOf(condition["timeframe_filter"]), moment);
  const isOfMetric = ({ metric }: EventRow): boolean => metric === condition["metric_id"];
  const done = ctx
    .rows(events)
    .where("profile_id", profileId)
    .filter((event) => isOfMetric(event) && inTime(event.at) && passesAll(event, condition, moment));
  let total = 0;
  for (const event of done.toSorted((a, b) => a.at - b.at)) {
    total += condition["measurement"] === "sum" ? (numberOf(event.value) ?? 0) : 1;
    if (passes(total)) return event.at;
  }
  return undefined;
}
