import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { microsText } from "../engine/time.ts";
import { ingestionLogs, recordId, type IngestionLogRow } from "./object-rows.ts";

const KEPT_MS = 14 * 86_400_000;

/** Failed ingestions (behaviour.md §2.17): 14 days, newest first, 50 to a page. */
export const ingestionLogResource = defineResource<IngestionLogRow>({
  type: "object-ingestion-log",
  path: "/api/object-types/{id}/object-ingestion-logs",
  collection: ingestionLogs,
  attributes: ({ at, record, errors }) => ({
    status: "error",
    event_type: "validation_error",
    timestamp: microsText(at),
    summary: `${errors.length} validation error${errors.length === 1 ? "" : "s"} for ${record ?? "a record without an id"}`,
    errors,
  }),
  filters: {
    record_id: ({ record }) => record,
    status: () => "error",
    event_type: () => "validation_error",
    timestamp: ({ at }) => at,
  },
  sorts: { timestamp: ({ at }) => at },
  defaultSort: "-timestamp",
  pageSize: 50,
  relationships: {
    "object-type": toOne("object-type", ({ type }) => type),
    "object-record": toOne("object-record", ({ type, record }) => (record === undefined ? undefined : recordId(type, record)), {
      data: "when set",
    }),
  },
  tasks: {
    forget_ingestion_log({ id }, ctx) {
      ctx.rows(ingestionLogs).remove(String(id));
    },
  },
});

export function logFailure(ctx: Context, type: string, record: string | undefined, errors: JsonObject[]): void {
  const id = ctx.ids.uuid();
  ctx.rows(ingestionLogs).put({ id, type, at: ctx.now, errors, ...(record !== undefined && { record }) });
  ctx.schedule(ctx.now + KEPT_MS, "forget_ingestion_log", { id });
}
