import type { Context } from "../engine/context.ts";
import { wrong } from "../metrics/aggregate-filters.ts";
import { segments } from "../resources/segment-rows.ts";
import type { Question } from "./message-report.ts";
import { segmentHistory, type Change } from "./segment-history.ts";
import type { Result } from "./table.ts";

/** "Data is unavailable before June 1st, 2023", so a time frame that begins earlier is refused (the refusal is assumed). In the easternmost zone that is. */
const FIRST_MS = Date.UTC(2023, 4, 31, 10);

const STATISTICS: Record<string, (change: Change) => number> = {
  members_added: ({ added }) => added,
  members_removed: ({ removed }) => removed,
  net_members_changed: ({ added, removed }) => added - removed,
  total_members: ({ total }) => total,
};

/** Growth of all segments that pass the filter, also of those that nothing happened to. */
export function segmentResults(ctx: Context, { statistics, timeframe, buckets, passes }: Question): Result[] {
  if (timeframe.from < FIRST_MS) wrong("timeframe", "Data is unavailable before June 1st, 2023: the time frame must begin after it.");
  const asked = [...ctx.rows(segments).all()].filter(({ id }) => passes({ segment_id: id }));
  return asked
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((segment) => {
      const history = segmentHistory(ctx, segment, timeframe.from, buckets.ends);
      const seriesOf = (name: string): number[] => history.map((change) => STATISTICS[name]?.(change) ?? 0);
      const valueOf = (name: string): number | number[] => (buckets.dates ? seriesOf(name) : (seriesOf(name)[0] ?? 0));
      return {
        groupings: { segment_id: segment.id },
        statistics: Object.fromEntries(statistics.map((name) => [name, valueOf(name)])),
      };
    });
}
