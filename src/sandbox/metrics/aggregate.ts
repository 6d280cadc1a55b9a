import { matcher } from "../engine/matches.ts";
import type { FilterClause } from "../../catalog/filter.ts";
import type { Context } from "../engine/context.ts";
import { events, eventSecond, type EventRow } from "../resources/event-rows.ts";
import { dimensionOf } from "./dimensions.ts";

export type Measurement = "count" | "sum_value" | "unique";

export interface AggregateQuery {
  metricId: string;
  measurements: readonly Measurement[];
  by: readonly string[];
  /** Conditions on dimensions. */
  clauses: readonly FilterClause[];
  /** UTC ms; `to` is not part. */
  from: number;
  to: number;
  /** Starts of the intervals, ascending; the first may lie before `from`. */
  starts: readonly number[];
}

export interface AggregateRow {
  dimensions: string[];
  /** One value per interval. */
  measurements: Partial<Record<Measurement, number[]>>;
}

interface Tally {
  count: number;
  sum: number;
  people: Set<string>;
}

/** Counts the events of a metric per interval and per combination of dimensions. Without dimensions there is one row, empty or not (observed). */
export function aggregate(ctx: Context, query: AggregateQuery): AggregateRow[] {
  const tests = query.clauses.map((clause) => ({ field: clause.field, test: matcher(clause) }));
  const groups = new Map<string, { dimensions: string[]; tallies: Map<number, Tally> }>();
  if (query.by.length === 0) groups.set("[]", { dimensions: [], tallies: new Map() });
  let at = 0;
  for (const event of eventsBetween(ctx, query)) {
    if (!tests.every(({ field, test }) => test(dimensionOf(event, field, ctx)))) continue;
    while (at + 1 < query.starts.length && (query.starts[at + 1] ?? 0) <= event.at) at++;
    const dimensions = query.by.map((name) => dimensionOf(event, name, ctx));
    const key = JSON.stringify(dimensions);
    const group = groups.get(key) ?? { dimensions, tallies: new Map<number, Tally>() };
    groups.set(key, group);
    const tally = group.tallies.get(at) ?? { count: 0, sum: 0, people: new Set() };
    group.tallies.set(at, tally);
    tally.count++;
    tally.sum += event.value ?? 0;
    tally.people.add(event.profile);
  }
  return [...groups.values()].map(({ dimensions, tallies }) => ({
    dimensions,
    measurements: Object.fromEntries(query.measurements.map((name) => [name, query.starts.map((_, i) => MEASURES[name](tallies.get(i)))])),
  }));
}

const MEASURES: Record<Measurement, (tally: Tally | undefined) => number> = {
  count: (tally) => tally?.count ?? 0,
  sum_value: (tally) => Math.round((tally?.sum ?? 0) * 100) / 100,
  unique: (tally) => tally?.people.size ?? 0,
};

/** Events of a metric from `from` up to `to`, UTC ms, oldest first. */
export function* eventsBetween(ctx: Context, { metricId, from, to }: Pick<AggregateQuery, "from" | "metricId" | "to">): Iterable<EventRow> {
  const rows = ctx.rows(events);
  const order = rows.order("event.timestamp", eventSecond, { index: "metric_id", key: metricId });
  const positions = order.positions();
  for (let i = order.indexOf({ key: from / 1000, id: "" }); i < positions.length; i++) {
    const event = rows.get(positions[i]?.id ?? "");
    if (!event || event.at >= to) return;
    yield event;
  }
}
