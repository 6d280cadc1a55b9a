import { defineAction } from "../engine/declare.ts";
import { parseInput } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { JOB_ENDS_AFTER_MS } from "../resources/job-life.ts";

const MAX_RECORDS = 500;

/** The job shows nowhere: the records are gone when it is done. */
export const bulkDeleteObjectRecords = defineAction("bulk_delete_object_records", (request, ctx) => {
  const ids = parseInput(request.body).many("object-records") ?? [];
  const source = { pointer: "/data/relationships/object-records/data" };
  if (ids.length === 0) refuse("invalid", "At least one object record is required.", { source });
  if (ids.length > MAX_RECORDS) refuse("invalid", `No more than ${MAX_RECORDS} object records are accepted per request.`, { source });
  ctx.settle(JOB_ENDS_AFTER_MS, "delete_object_records", { ids });
  return ctx.reply.empty(request);
});
