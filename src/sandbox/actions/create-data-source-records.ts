import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import { arrayOf, objectOf, parseInput } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import type { ApiRequest, Reply } from "../engine/request.ts";
import { rawRecords } from "../resources/object-rows.ts";

/** Stated limits (behaviour.md §2.17). */
const MAX_RECORDS = 500;
const MAX_RECORD_BYTES = 512 * 1024;
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Records appear within seconds (assumed). */
const INGESTED_AFTER_MS = 2000;

export const createDataSourceRecord = defineAction("create_data_source_record", (request, ctx) => {
  const { attributes } = parseInput(request.body);
  return accept(request, [objectOf(objectOf(attributes["data-source-record"])["data"])], ctx);
});

export const bulkCreateDataSourceRecords = defineAction("bulk_create_data_source_records", (request, ctx) => {
  const { attributes } = parseInput(request.body);
  const records = arrayOf(objectOf(attributes["data-source-records"])["data"]).map(objectOf);
  const source = { pointer: "/data/attributes/data-source-records/data" };
  if (records.length === 0) refuse("invalid", "At least one record is required.", { source });
  if (records.length > MAX_RECORDS) refuse("invalid", `No more than ${MAX_RECORDS} records are accepted per request.`, { source });
  if (sizeBytes(objectOf(request.body)) > MAX_BODY_BYTES) refuse("too_large", "The request body is larger than 4 MB.");
  return accept(request, records, ctx);
});

/** Stores the records as they are: nothing but their size is looked at before they are taken in. */
function accept(request: ApiRequest, records: readonly JsonObject[], ctx: Context): Reply {
  const id = parseInput(request.body).one("data-source");
  const source = ctx.must("data-source", id ?? refuse("invalid", "A data source is required.", { source: SOURCE })).id;
  const ids = records.map((each) => {
    const record = objectOf(objectOf(each["attributes"])["record"]);
    if (sizeBytes(record) > MAX_RECORD_BYTES) refuse("too_large", "A record is larger than 512 KB.");
    return ctx.rows(rawRecords).put({ id: ctx.ids.ulid(ctx.now), source, record }).id;
  });
  ctx.settle(INGESTED_AFTER_MS, "ingest_records", { ids });
  return ctx.reply.empty(request);
}

const SOURCE = { pointer: "/data/relationships/data-source" };

function sizeBytes(value: JsonObject): number {
  return Buffer.byteLength(JSON.stringify(value));
}
