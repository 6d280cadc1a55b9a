import { isoSeconds } from "../../lib/clock.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, type Relationship, type Resource } from "../engine/declare.ts";
import { arrayOf, textOf, type Input } from "../engine/input.ts";
import { microsText } from "../engine/time.ts";
import type { CollectionDef } from "../state/collection.ts";
import { csvOf } from "./csv.ts";
import { exportFiles, exportLife, type ExportJobRow } from "./export-rows.ts";

/** How long an export takes, and how long its file is kept (both assumed). */
const EXPORT_TAKES_MS = 5000;
const FILE_LASTS_MS = 24 * 3_600_000;

interface Export<R extends ExportJobRow> {
  type: string;
  collection: CollectionDef<R>;
  tasks: { finish: string; expire: string };
  relationships: Record<string, Relationship<R>>;
  /** What a body asks for; refuses what cannot be exported. */
  read(input: Input, ctx: Context): Omit<R, keyof ExportJobRow>;
  /** The table with its head, or why there is none. */
  write(job: R, ctx: Context): Iterable<readonly (Json | undefined)[]> | { error: string };
}

/** Bulk exports (behaviour.md §2.2): a job that leaves a file, which goes after a while. The account counts as invited to them (assumed). */
export function defineExport<R extends ExportJobRow>({ type, collection, tasks, relationships, read, write }: Export<R>): Resource {
  const finish = ({ id }: JsonObject, ctx: Context): void => {
    const jobs = ctx.rows(collection);
    const job = jobs.get(textOf(id) ?? "");
    if (!job) return;
    const table = write(job, ctx);
    if ("error" in table) return void jobs.put({ ...job, status: exportLife.next(job.status, "fail"), error: table.error });
    ctx.rows(exportFiles).put({ id: job.id, name: `${ctx.ids.alphanumeric(32)}.csv.gz`, csv: csvOf(table) });
    const expires = ctx.now + FILE_LASTS_MS;
    ctx.schedule(expires, tasks.expire, { id: job.id });
    jobs.put({ ...job, status: exportLife.next(job.status, "finish"), expires });
  };
  const expire = ({ id }: JsonObject, ctx: Context): void => {
    const job = ctx.rows(collection).get(textOf(id) ?? "");
    if (!job) return;
    ctx.rows(exportFiles).remove(job.id);
    ctx.rows(collection).put({ ...job, status: exportLife.next(job.status, "expire") });
  };
  return defineResource<R>({
    type,
    path: `/api/${type}s`,
    collection,
    collections: [exportFiles],
    attributes: exportAttributes,
    relationships,
    create(input, ctx) {
      const id = ctx.ids.ulid(ctx.now);
      ctx.settle(EXPORT_TAKES_MS, tasks.finish, { id });
      const properties = arrayOf(input.attributes["properties"]).map(String);
      // Safe: the two halves are all that a row has.
      return { id, status: "processing", created: ctx.now, properties, ...read(input, ctx) } as R;
    },
    tasks: { [tasks.finish]: finish, [tasks.expire]: expire },
  });
}

/** The answer to the create says when it was made, the read what came of it (openapi/beta-2026-07-15.pre.json). */
function exportAttributes({ status, created, expires, error }: ExportJobRow, ctx: Context): JsonObject {
  if (ctx.fresh) return { status, created_at: microsText(created) };
  const result = status === "complete" && expires !== undefined ? { expires_at: isoSeconds(expires) } : null;
  return { status, result, error: error ?? null };
}
