import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toManyIds, type Resource } from "../engine/declare.ts";
import { arrayOf, objectOf, parseInput, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { microsText } from "../engine/time.ts";
import { updateRow } from "../engine/write.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import { catalogCategoryResource } from "./catalog-categories.ts";
import { catalogItemResource } from "./catalog-items.ts";
import { errorOf } from "./catalog-job-errors.ts";
import { catalogVariantResource } from "./catalog-variants.ts";
import { JOB_ENDS_AFTER_MS, JOB_STARTS_AFTER_MS, jobLife, type JobStatus } from "./job-life.ts";

const MAX_ENTRIES = 100;
const MAX_IN_PROGRESS = 500;
/** As stated for imports; assumed for these. */
const JOB_LIFE_MS = 7 * 86_400_000;

interface CatalogJobRow extends Row {
  status: JobStatus;
  created: number;
  completed?: number;
  total: number;
  done: number;
  errors: JsonObject[];
  /** What it made, changed or removed, in the order of the body. */
  touched: string[];
}

const TARGETS: [member: string, target: Resource][] = [
  ["items", catalogItemResource],
  ["variants", catalogVariantResource],
  ["categories", catalogCategoryResource],
];

/** What a job does to each of its entries. Returns the id. */
type Verb = (target: Resource, entry: JsonObject, ctx: Context) => string;
const VERBS: [verb: string, apply: Verb][] = [
  [
    "create",
    ({ type }, entry, ctx) =>
      ctx.create(type, { attributes: objectOf(entry["attributes"]), relationships: objectOf(entry["relationships"]) }).id,
  ],
  ["update", (target, entry, ctx) => updateRow(target, ctx.must(target.type, idOf(entry)), parseInput({ data: entry }), ctx, targetOf).id],
  [
    "delete",
    ({ type }, entry, ctx) => {
      ctx.remove(type, idOf(entry));
      return idOf(entry);
    },
  ],
];

/** Bulk jobs of the catalog (behaviour.md §2.14): one type for each kind of thing and each verb. */
export const catalogJobResources = TARGETS.flatMap(([member, target]) =>
  VERBS.map(([verb, apply]) => defineJob(member, target, verb, apply)),
);

function defineJob(member: string, target: Resource, verb: string, apply: Verb): Resource {
  const type = `${target.type}-bulk-${verb}-job`;
  const name = type.replaceAll("-", "_");
  const collection = defineCollection<CatalogJobRow>(`${name}s`, { indexes: { status: ({ status }) => status } });
  const tasks = { start: `start_${name}`, finish: `finish_${name}` };
  const pointer = `/data/attributes/${member}/data`;
  const mustJob = (id: Json | undefined, ctx: Context): CatalogJobRow =>
    ctx.rows(collection).get(textOf(id) ?? "") ?? refuse("not_found", "The job does not exist.");
  return defineResource<CatalogJobRow>({
    type,
    path: `/api/${type}s`,
    collection,
    attributes: (job) => ({
      status: job.status,
      created_at: microsText(job.created),
      total_count: job.total,
      completed_count: job.done,
      failed_count: job.errors.length,
      completed_at: job.completed === undefined ? null : microsText(job.completed),
      errors: job.errors,
      expires_at: microsText(job.created + JOB_LIFE_MS),
    }),
    filters: { status: ({ status }) => status },
    relationships: { [member]: toManyIds<CatalogJobRow>(target.type, ({ touched }) => touched) },
    create({ attributes }, ctx) {
      const entries = arrayOf(objectOf(attributes[member])["data"]);
      if (entries.length === 0 || entries.length > MAX_ENTRIES)
        refuse("invalid", `A job has 1 to ${MAX_ENTRIES} ${member}.`, { source: { pointer } });
      const rows = ctx.rows(collection);
      if (rows.count("status", "queued") + rows.count("status", "processing") >= MAX_IN_PROGRESS)
        refuse("invalid", `At most ${MAX_IN_PROGRESS} jobs can be in progress at one time.`);
      const id = ctx.ids.ulid(ctx.now);
      ctx.settle(JOB_STARTS_AFTER_MS, tasks.start, { id });
      ctx.settle(JOB_ENDS_AFTER_MS, tasks.finish, { id, entries });
      return { id, status: "queued", created: ctx.now, total: entries.length, done: 0, errors: [], touched: [] };
    },
    tasks: {
      [tasks.start]({ id }, ctx) {
        const job = mustJob(id, ctx);
        ctx.rows(collection).put({ ...job, status: jobLife.next(job.status, "start") });
      },
      [tasks.finish]({ id, entries }, ctx) {
        const job = mustJob(id, ctx);
        const touched: string[] = [];
        const run = (entry: Json) => touched.push(apply(target, objectOf(entry), ctx));
        const errors = arrayOf(entries)
          .map((entry, i) => errorOf(() => run(entry), `${pointer}/${i}`, ctx))
          .filter((error) => error !== undefined);
        const end = { completed: ctx.now, done: touched.length, errors, touched };
        ctx.rows(collection).put({ ...job, ...end, status: jobLife.next(job.status, "finish") });
      },
    },
  });
}

function targetOf(type: string): Resource | undefined {
  return TARGETS.find(([, target]) => target.type === type)?.[1];
}

function idOf(entry: JsonObject): string {
  return textOf(entry["id"]) ?? "";
}
