import type { Json, JsonObject } from "../../lib/json.ts";
import type { Facts } from "./filter.ts";
import { note, type Statistic, type Tally } from "./statistic.ts";

export interface Result {
  [member: string]: Json;
  groupings: JsonObject;
  statistics: JsonObject;
}

/** One row of a report while it is counted: a tally per bucket. */
export interface ReportRow<Kind extends string> {
  note(bucket: number, kind: Kind, profile: string, amount: number): void;
}

/** The rows of a report, one per grouping that came up. */
export interface ReportTable<Kind extends string> {
  /** The row of a grouping, made when it is asked for; its attributes are those of the facts that `group_by` names. */
  row(facts: Facts): ReportRow<Kind>;
  /** Ordered by the values of the groupings (assumed). Values when `isSeries` is false, else one per bucket. */
  results(statistics: readonly string[], isSeries: boolean): Result[];
}

interface Counted<Kind extends string> extends ReportRow<Kind> {
  groupings: JsonObject;
  tallies: Tally<Kind>[];
}

export function createTable<Kind extends string>(
  groupBy: readonly string[],
  buckets: number,
  table: Record<string, Statistic<Kind>>,
): ReportTable<Kind> {
  const rows = new Map<string, Counted<Kind>>();
  return {
    row(facts) {
      const groupings = Object.fromEntries(groupBy.map((name) => [name, facts[name] ?? null]));
      const key = JSON.stringify(groupings);
      const row = rows.get(key) ?? createRow<Kind>(groupings, buckets);
      rows.set(key, row);
      return row;
    },
    results(statistics, isSeries) {
      const used = [...rows].filter(([, { tallies }]) => tallies.some((tally) => tally.size > 0)).toSorted(([a], [b]) => (a < b ? -1 : 1));
      return used.map(([, { groupings, tallies }]) => {
        const seriesOf = (name: string): number[] => tallies.map((tally) => table[name]?.of(tally) ?? 0);
        const valueOf = (name: string): Json => (isSeries ? seriesOf(name) : (seriesOf(name)[0] ?? 0));
        return { groupings, statistics: Object.fromEntries(statistics.map((name) => [name, valueOf(name)])) };
      });
    },
  };
}

function createRow<Kind extends string>(groupings: JsonObject, buckets: number): Counted<Kind> {
  const tallies = Array.from({ length: buckets }, (): Tally<Kind> => new Map());
  return {
    groupings,
    tallies,
    note(bucket, kind, profile, amount) {
      const tally = tallies[bucket];
      if (tally) note(tally, kind, profile, amount);
    },
  };
}
