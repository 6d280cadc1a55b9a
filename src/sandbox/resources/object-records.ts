import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource } from "../engine/declare.ts";
import { arrayOf } from "../engine/input.ts";
import { objectRecords, type ObjectRecordRow } from "./object-rows.ts";
import { recordLinks, unlinkRecord } from "./record-links.ts";

/** Object records (behaviour.md §2.17): they come by ingestion alone. */
export const objectRecordResource = defineResource<ObjectRecordRow>({
  type: "object-record",
  path: "/api/object-records",
  collection: objectRecords,
  collections: [recordLinks],
  attributes: ({ properties }) => ({ record_properties: properties }),
  remove: (record, ctx) => unlinkRecord(ctx, record.id),
  tasks: { delete_object_records: deleteRecords },
});

/** What is not there, or no longer, is passed over (assumed: nothing reports on the job). */
function deleteRecords({ ids }: JsonObject, ctx: Context): void {
  for (const id of arrayOf(ids)) if (ctx.rows(objectRecords).has(String(id))) ctx.remove("object-record", String(id));
}
