import { isoSeconds } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toManyIds } from "../engine/declare.ts";
import { arrayOf, objectOf, parseInput, textOf } from "../engine/input.ts";
import { refuse, refusedOf, REFUSALS } from "../engine/refusal.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import { newCode } from "./coupon-code-input.ts";
import { couponCodes } from "./coupon-rows.ts";
import { JOB_ENDS_AFTER_MS, JOB_STARTS_AFTER_MS, jobLife, type JobStatus } from "./job-life.ts";

interface CodeJobRow extends Row {
  status: JobStatus;
  created: number;
  completed?: number;
  total: number;
  failed: number;
  /** Ids of the codes that it made. */
  codes: string[];
  errors: JsonObject[];
}

const MAX_CODES = 1000;
const MAX_QUEUED = 100;
const JOB_LIFE_MS = 7 * 86_400_000;
const BODIES = "/data/attributes/coupon-codes/data";

const codeJobs = defineCollection<CodeJobRow>("coupon_code_jobs", { indexes: { status: (job) => job.status } });

/** Bulk creation of codes (behaviour.md §2.15): what is wrong with a single code stands in the job's errors. */
export const codeJobResource = defineResource<CodeJobRow>({
  type: "coupon-code-bulk-create-job",
  path: "/api/coupon-code-bulk-create-jobs",
  collection: codeJobs,
  attributes: (job) => ({
    status: job.status,
    created_at: isoSeconds(job.created),
    total_count: job.total,
    completed_count: job.codes.length,
    failed_count: job.failed,
    completed_at: job.completed === undefined ? null : isoSeconds(job.completed),
    errors: job.errors,
    expires_at: isoSeconds(job.created + JOB_LIFE_MS),
  }),
  filters: { status: (job) => job.status },
  sorts: { created_at: (job) => job.created },
  defaultSort: "-created_at",
  relationships: { "coupon-codes": toManyIds("coupon-code", (job) => job.codes) },
  create({ attributes }, ctx) {
    const bodies = arrayOf(objectOf(attributes["coupon-codes"])["data"]);
    const source = { pointer: BODIES };
    if (bodies.length === 0) refuse("invalid", "At least one coupon code is required.", { source });
    if (bodies.length > MAX_CODES) refuse("invalid", `A job has at most ${MAX_CODES} coupon codes.`, { source });
    if (ctx.rows(codeJobs).count("status", "queued") >= MAX_QUEUED) refuse("invalid", `At most ${MAX_QUEUED} jobs can be queued at once.`);
    const id = ctx.ids.ulid(ctx.now);
    ctx.settle(JOB_STARTS_AFTER_MS, "start_coupon_codes", { id });
    ctx.settle(JOB_ENDS_AFTER_MS, "finish_coupon_codes", { id, bodies });
    return { id, status: "queued", created: ctx.now, total: bodies.length, failed: 0, codes: [], errors: [] };
  },
  tasks: {
    start_coupon_codes({ id }, ctx) {
      const job = mustJob(ctx, id);
      ctx.rows(codeJobs).put({ ...job, status: jobLife.next(job.status, "start") });
    },
    finish_coupon_codes: finishJob,
  },
});

function finishJob({ id, bodies }: JsonObject, ctx: Context): void {
  const job = mustJob(ctx, id);
  const codes: string[] = [];
  const errors: JsonObject[] = [];
  for (const [i, body] of arrayOf(bodies).entries()) {
    const { attributes, one } = parseInput({ data: objectOf(body) });
    try {
      codes.push(ctx.rows(couponCodes).put(newCode(ctx, attributes, one("coupon"), `${BODIES}/${i}`)).id);
    } catch (thrown) {
      const refusal = refusedOf(thrown)?.refusals[0];
      if (!refusal) throw thrown;
      const { code, title } = REFUSALS[refusal.code];
      errors.push({
        id: ctx.ids.uuid(),
        code,
        title,
        detail: refusal.detail,
        source: { ...(refusal.source ?? { pointer: `${BODIES}/${i}` }) },
      });
    }
  }
  const status = jobLife.next(job.status, "finish");
  ctx.rows(codeJobs).put({ ...job, status, completed: ctx.now, failed: errors.length, codes, errors });
}

function mustJob(ctx: Context, id: JsonObject[string] | undefined): CodeJobRow {
  return ctx.rows(codeJobs).get(textOf(id) ?? "") ?? refuse("not_found", "The job does not exist.");
}
