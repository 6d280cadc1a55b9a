import { hash } from "node:crypto";
import { inputSchema } from "../../catalog/validation.ts";
import { isoSeconds } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import { defineAction } from "../engine/declare.ts";
import { arrayOf, numberOf, parseInput, textOf } from "../engine/input.ts";
import { pageUrl } from "../engine/links.ts";
import { readFilters, wrong } from "../metrics/aggregate-filters.ts";
import { aggregate, type AggregateRow, type Measurement } from "../metrics/aggregate.ts";
import { zoneCalendar, type Interval } from "../metrics/intervals.ts";

const DEFAULT_PAGE = 500;
/** Zones that the vendor names as not supported, though IANA has them. */
const UNSUPPORTED_ZONES = ["Factory", "Europe/Kyiv", "Pacific/Kanton"];
/** Names as IANA writes them: the parameter is case-sensitive (documented), and an offset is no zone. */
const ZONE = /^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/;
const ZONES = new Map(Intl.supportedValuesOf("timeZone").map((zone) => [zone.toLowerCase(), zone]));

/** `query_metric_aggregates` (behaviour.md §2.18): by the time of the event, out of the stored events. */
export const queryMetricAggregates = defineAction("query_metric_aggregates", (request, ctx) => {
  const { attributes } = parseInput(request.body);
  const { id: metricId } = ctx.must("metric", textOf(attributes["metric_id"]) ?? "");
  const timezone = textOf(attributes["timezone"]) ?? "UTC";
  const calendar =
    (isZoneName(timezone) ? zoneCalendar(timezone) : undefined) ?? wrong("timezone", `'${timezone}' is not a supported time zone.`);
  const { from, to, clauses } = readFilters(arrayOf(attributes["filter"]).map(String), calendar);
  const dimensions = inputSchema(request.operation).properties?.["by"]?.items?.enum ?? [];
  const unknown = clauses.find(({ field }) => !dimensions.includes(field));
  if (unknown) wrong("filter", `'${unknown.field}' is not a dimension that can be filtered by.`);
  const starts = calendar.starts((textOf(attributes["interval"]) ?? "day") as Interval, from, to);
  // Safe: the wire schema lets only these names through.
  const measurements = [...new Set(arrayOf(attributes["measurements"]))] as Measurement[];
  if (measurements.length === 0) wrong("measurements", "At least one measurement is required.");
  const by = arrayOf(attributes["by"] ?? null).map(String);
  const sort = textOf(attributes["sort"]);
  const rows = sorted(aggregate(ctx, { metricId, measurements, by, clauses, from, to, starts }), by, measurements, sort);

  const sizeAsked = numberOf(attributes["page_size"]) ?? DEFAULT_PAGE;
  if (sizeAsked < 1) wrong("page_size", "The page size must be at least 1.");
  const { page_cursor: cursor, ...question } = attributes;
  const mark = hash("sha256", JSON.stringify(question)).slice(0, 8);
  const start = readCursor(textOf(cursor), mark);
  const pageAt = (at: number): string => pageUrl(request.self, "page_cursor", Buffer.from(JSON.stringify([at, mark])).toString("base64"));
  const fields: JsonObject = {
    dates: starts.map(isoSeconds),
    data: rows.slice(start, start + sizeAsked).map((row): JsonObject => ({ ...row })),
  };
  const asked = request.query.fields.get("metric-aggregate") ?? arrayOf(attributes["return_fields"] ?? null).map(String);
  const kept =
    asked.length === 0
      ? fields
      : Object.fromEntries(Object.entries(fields).filter(([name]) => asked.some((field) => field.split(".")[0] === name)));
  return {
    status: 200,
    body: {
      data: {
        type: "metric-aggregate",
        id: hash("sha256", mark, "buffer").readBigInt64BE().toString(),
        attributes: kept,
        links: { self: `${ctx.origin}/api/metric-aggregates/` },
      },
      links: {
        self: request.self,
        next: start + sizeAsked < rows.length ? pageAt(start + sizeAsked) : null,
        prev: start > 0 ? pageAt(Math.max(0, start - sizeAsked)) : null,
      },
    },
  };
});

function isZoneName(timezone: string): boolean {
  const known = ZONES.get(timezone.toLowerCase()) ?? timezone;
  return known === timezone && ZONE.test(timezone) && !UNSUPPORTED_ZONES.includes(timezone);
}

/** By `sort`, else by what is measured first, most first (assumed). Equals stand in the order of their dimensions. */
function sorted(
  rows: AggregateRow[],
  by: readonly string[],
  measurements: readonly Measurement[],
  sort: string | undefined,
): AggregateRow[] {
  const key = sort?.replace(/^-/, "") ?? measurements[0] ?? "count";
  const isDescending = sort === undefined || sort.startsWith("-");
  const dimension = by.indexOf(key);
  const isMeasured = measurements.some((name) => name === key);
  if (dimension === -1 && !isMeasured) wrong("sort", `'${key}' is neither measured nor grouped by.`);
  const total = ({ measurements: values }: AggregateRow): number =>
    (values[key as Measurement] ?? []).reduce((sum, value) => sum + value, 0);
  const compare = (a: AggregateRow, b: AggregateRow): number =>
    dimension === -1 ? total(a) - total(b) : order(a.dimensions[dimension], b.dimensions[dimension]);
  return rows.toSorted(
    (a, b) => (isDescending ? compare(b, a) : compare(a, b)) || order(JSON.stringify(a.dimensions), JSON.stringify(b.dimensions)),
  );
}

function order(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function readCursor(text: string | undefined, mark: string): number {
  if (text === undefined) return 0;
  // The client hands back the cursor, or the whole link that had it.
  const cursor = /[?&]page_cursor=([^&]*)/.exec(text)?.[1] ?? text;
  try {
    const [at, of] = JSON.parse(Buffer.from(decodeURIComponent(cursor), "base64").toString()) as unknown[];
    if (typeof at === "number" && of === mark) return at;
  } catch {
    // Fall through: damaged and foreign cursors are refused alike.
  }
  return wrong("page_cursor", "Invalid cursor provided.");
}
