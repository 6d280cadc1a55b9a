import { isoSeconds } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toManyByIndex, toManyIds } from "../engine/declare.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { refuse, refuseAll, refusedOf, REFUSALS } from "../engine/refusal.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import { importErrors } from "./import-errors.ts";
import { JOB_ENDS_AFTER_MS, JOB_STARTS_AFTER_MS, jobLife, type JobStatus } from "./job-life.ts";
import { lists } from "./lists.ts";
import { readProfile } from "./profile-input.ts";
import { upsertProfile } from "./profile-upsert.ts";

const JOB_LIFE_MS = 7 * 86_400_000;
const MAX_IMPORTED = 10_000;

interface ImportJobRow extends Row {
  status: JobStatus;
  created: number;
  started?: number;
  completed?: number;
  total: number;
  done: number;
  failed: number;
  lists: string[];
  /** Whom it made or changed, in the order of the body. */
  profiles: string[];
}

const importJobs = defineCollection<ImportJobRow>("import_jobs");

/** Bulk imports (behaviour.md §2.2): every profile is made or brought up to date, consent stays as it is. */
export const importJobResource = defineResource<ImportJobRow>({
  type: "profile-bulk-import-job",
  path: "/api/profile-bulk-import-jobs",
  collection: importJobs,
  attributes: (job) => ({
    status: job.status,
    created_at: isoSeconds(job.created),
    total_count: job.total,
    completed_count: job.done,
    failed_count: job.failed,
    completed_at: job.completed === undefined ? null : isoSeconds(job.completed),
    expires_at: isoSeconds(job.created + JOB_LIFE_MS),
    started_at: job.started === undefined ? null : isoSeconds(job.started),
  }),
  filters: { status: (job) => job.status },
  sorts: { created_at: (job) => job.created },
  defaultSort: "-created_at",
  relationships: {
    lists: toManyIds("list", (job) => job.lists, { data: true }),
    profiles: toManyIds("profile", (job) => job.profiles),
    "import-errors": toManyByIndex("import-error", "job", { linkage: false }),
  },
  create({ attributes, many }, ctx) {
    const profiles = arrayOf(objectOf(attributes["profiles"])["data"]).map((each) => withoutNulls(objectOf(each)));
    checkImported(profiles);
    // Form of a recorded id: environment, company, second and two random parts in base64.
    const text = `${ctx.accountId}_sandbox.${ctx.ids.alphanumeric(6)}.${Math.floor(ctx.now / 1000)}.${ctx.ids.alphanumeric(6)}`;
    const id = Buffer.from(text).toString("base64url");
    ctx.settle(JOB_STARTS_AFTER_MS, "start_import", { id });
    ctx.settle(JOB_ENDS_AFTER_MS, "finish_import", { id, profiles });
    return { id, status: "queued", created: ctx.now, total: profiles.length, done: 0, failed: 0, lists: many("lists") ?? [], profiles: [] };
  },
  tasks: {
    start_import({ id }, ctx) {
      const job = mustJob(ctx, id);
      ctx.rows(importJobs).put({ ...job, status: jobLife.next(job.status, "start"), started: ctx.now });
    },
    finish_import: finishImport,
  },
});

function finishImport({ id, profiles: bodies }: JsonObject, ctx: Context): void {
  const job = mustJob(ctx, id);
  const reached = new Set<string>();
  let failed = 0;
  for (const [i, body] of arrayOf(bodies).entries()) {
    try {
      reached.add(upsertProfile(ctx, readProfile(objectOf(body), `/data/attributes/profiles/data/${i}`).input).profile.id);
    } catch (thrown) {
      const refusal = refusedOf(thrown)?.refusals[0];
      if (!refusal) throw thrown;
      failed++;
      const { code, title } = REFUSALS[refusal.code];
      const pointer = `/data/attributes/profiles/data/${i}`;
      ctx
        .rows(importErrors)
        .put({ id: ctx.ids.uuid(), job: job.id, code, title, detail: refusal.detail, pointer, payload: objectOf(body) });
    }
  }
  const profiles = [...reached];
  for (const list of job.lists) if (ctx.rows(lists).has(list)) ctx.link("list", list, "profiles", profiles);
  ctx.rows(importJobs).put({
    ...job,
    status: jobLife.next(job.status, "finish"),
    completed: ctx.now,
    done: job.total - failed,
    failed,
    profiles,
  });
}

/** One wrong address fails the whole call (documented); what only shows when it runs becomes an import error. */
function checkImported(profiles: readonly JsonObject[]): void {
  const source = { pointer: "/data/attributes/profiles/data" };
  if (profiles.length === 0) refuse("invalid", "At least one profile is required.", { source });
  if (profiles.length > MAX_IMPORTED) refuse("invalid", `An import has at most ${MAX_IMPORTED} profiles.`, { source });
  const refusals = profiles.flatMap((profile, i) => {
    const pointer = `${source.pointer}/${i}`;
    const { input, refusals: found } = readProfile(profile, pointer);
    const isNamed = input.id ?? input.email ?? input.phone ?? input.externalId ?? input.kx;
    if (!isNamed) found.push({ code: "invalid", detail: "A profile needs an identifier.", source: { pointer: `${pointer}/attributes` } });
    return found;
  });
  if (refusals.length > 0) refuseAll(refusals.slice(0, 50));
}

/** An import cannot clear anything (documented), so null says nothing. */
function withoutNulls(profile: JsonObject): JsonObject {
  const kept = Object.entries(objectOf(profile["attributes"])).filter(([, value]) => value !== null);
  return { ...profile, attributes: Object.fromEntries(kept) };
}

function mustJob(ctx: Context, id: JsonObject[string] | undefined): ImportJobRow {
  return ctx.rows(importJobs).get(textOf(id) ?? "") ?? refuse("not_found", "The import does not exist.");
}
