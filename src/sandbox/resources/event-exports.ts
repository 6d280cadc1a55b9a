import { isoSeconds, parseIso } from "../../lib/clock.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { toOne } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { defineCollection } from "../state/collection.ts";
import { eventProperties, events, type EventRow } from "./event-rows.ts";
import { defineExport } from "./export-jobs.ts";
import type { ExportJobRow } from "./export-rows.ts";
import { parseJsonPath } from "./json-path.ts";
import { metrics } from "./metric-rows.ts";

const MAX_RANGE_MS = 90 * 86_400_000;

interface EventExportRow extends ExportJobRow {
  metric: string;
  /** First and last moment, ms. */
  start: number;
  end: number;
}

/** The events of a metric in a stretch of time, one line each, oldest first. */
export const eventExportResource = defineExport<EventExportRow>({
  type: "event-bulk-export-job",
  collection: defineCollection<EventExportRow>("event_exports"),
  tasks: { finish: "finish_event_export", expire: "expire_event_export" },
  relationships: { metric: toOne("metric", (job) => job.metric, { data: "when set" }) },
  read({ attributes, one }, ctx) {
    return { metric: ctx.must("metric", one("metric") ?? "").id, ...rangeOf(attributes, ctx) };
  },
  write(job, ctx) {
    if (!ctx.rows(metrics).has(job.metric)) return { error: `The metric ${job.metric} does not exist any more.` };
    const found = ctx.rows(events).where("metric_id", job.metric);
    const chosen = found.filter(({ at }) => job.start <= at && at <= job.end).toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    const names = job.properties.length > 0 ? job.properties : namesIn(chosen);
    const reads = names.map(readerOf);
    const lines = chosen.map((event) => {
      const properties = eventProperties(event);
      return [event.id, isoSeconds(event.at), event.profile, event.metric, ...reads.map((read) => read(properties))];
    });
    return [[...ALWAYS, ...names], ...lines];
  },
});

/** Which event it is and whose, whatever is asked for of its properties (assumed). */
const ALWAYS = ["id", "datetime", "profile_id", "metric_id"];

/** Every property that one of these events has, in the order in which they turn up. */
function namesIn(chosen: readonly EventRow[]): string[] {
  return [...new Set(chosen.flatMap((event) => Object.keys(eventProperties(event))))];
}

/** A property of that very name goes before what the name means as a path: names may have dots and blanks. */
function readerOf(name: string): (properties: JsonObject) => Json | undefined {
  const path = parseJsonPath(`$.${name}`);
  return (properties) => (Object.hasOwn(properties, name) ? properties[name] : path?.read(properties));
}

/** Documented: the end after the start and not in the future, 90 days at most. */
function rangeOf(attributes: JsonObject, ctx: Context): Pick<EventExportRow, "end" | "start"> {
  const [start, end] = [momentOf(attributes, "start_date"), momentOf(attributes, "end_date")];
  if (end <= start) wrong("end_date", "The end must be after the start.");
  if (end > ctx.now) wrong("end_date", "The end must not be in the future.");
  if (end - start > MAX_RANGE_MS) wrong("end_date", "An export covers at most 90 days.");
  return { start, end };
}

function momentOf(attributes: JsonObject, name: string): number {
  return parseIso(textOf(attributes[name]) ?? "") ?? wrong(name, `'${name}' must be a date-time of ISO 8601.`);
}

function wrong(field: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/${field}` } });
}
