import { formatFilter } from "../../../catalog/filter.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../lib/json.ts";
import { memberOf } from "./agree.ts";
import { textAt, type Finder, type Finding, type Reader } from "./sighting.ts";

/** One event as a request states it, in flat form. */
interface Wanted {
  metric: string;
  uniqueId: string;
  profile: JsonObject;
}

/** A request is stored as a whole or not at all, so a few of its events stand for the rest. */
const MAX_LOOKED_UP = 5;

/** An event's metric, person and unique id, by which Klaviyo itself drops repetitions. */
export const singleEvent: Finder = ({ args, reader }) => findAll(reader, [wantedOf(args, args["profile"])]);

export const bulkEvents: Finder = ({ args, reader }) =>
  findAll(
    reader,
    objects(args["events_bulk_create"]).flatMap((group) => objects(group["events"]).map((event) => wantedOf(event, group["profile"]))),
  );

export const clientEvents: Finder = ({ args, reader }) =>
  findAll(
    reader,
    objects(args["events"]).map((event) => wantedOf(event, args["profile"])),
  );

async function findAll(reader: Reader, wanted: Wanted[]): Promise<Finding> {
  const verdicts = await Promise.all(wanted.slice(0, MAX_LOOKED_UP).map((event) => isStored(reader, event)));
  const read = "get_events";
  if (verdicts.every((verdict) => verdict === true)) return { kind: "state", holds: true, read };
  // Some and not others: still being stored, or the request was none of ours.
  return { kind: "state", holds: verdicts.every((verdict) => verdict === false) ? false : undefined, read };
}

async function isStored(reader: Reader, { metric, uniqueId, profile }: Wanted): Promise<boolean | undefined> {
  const person = await personOf(reader, profile);
  if (person === undefined || person === null) return person === null ? false : undefined;
  const metrics = await reader.rows("get_metrics", {});
  const ids = metrics.rows.filter((row) => memberOf(row, "attributes")["name"] === metric).flatMap((row) => textAt(row, "id") ?? []);
  for (const id of ids) {
    const filter = formatFilter([
      { operator: "equals", field: "metric_id", value: id },
      { operator: "equals", field: "profile_id", value: person },
    ]);
    const { rows, isWhole } = await reader.rows("get_events", { filter });
    if (rows.some((row) => memberOf(memberOf(row, "attributes"), "event_properties")["$event_id"] === uniqueId)) return true;
    if (!isWhole) return undefined;
  }
  return metrics.isWhole ? false : undefined;
}

/** Id of the person; null where there is none; undefined where the identifier cannot be looked up. */
async function personOf(reader: Reader, profile: JsonObject): Promise<string | null | undefined> {
  const id = textAt(profile, "id");
  if (id !== undefined) return id;
  for (const field of ["email", "phone_number", "external_id"]) {
    const value = textAt(profile, field);
    if (value === undefined) continue;
    const { rows } = await reader.rows("get_profiles", { filter: formatFilter([{ operator: "equals", field, value }]) });
    return rows.map((row) => textAt(row, "id")).find((found) => found !== undefined) ?? null;
  }
  return undefined;
}

function wantedOf(event: JsonObject, profile: Json | undefined): Wanted {
  const metric = isJsonObject(event["metric"]) ? textAt(event["metric"], "name") : undefined;
  return { metric: metric ?? "", uniqueId: textAt(event, "unique_id") ?? "", profile: isJsonObject(profile) ? profile : {} };
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
