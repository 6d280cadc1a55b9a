import { isoSeconds } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toManyIds, type Resource } from "../engine/declare.ts";
import { arrayOf, objectOf, textOf, type Input } from "../engine/input.ts";
import { refuse, refuseAll } from "../engine/refusal.ts";
import { segmentMemberIds } from "../segments/membership.ts";
import { defineCollection, type CollectionDef, type Row } from "../state/collection.ts";
import { suppress, unsuppress } from "./consent.ts";
import { JOB_ENDS_AFTER_MS, JOB_STARTS_AFTER_MS, jobLife, type JobStatus } from "./job-life.ts";
import { listMembers } from "./lists.ts";
import { isEmail, normalEmail, parseProfile } from "./profile-input.ts";
import { profiles } from "./profile-rows.ts";
import { newProfile } from "./profile-upsert.ts";

const MAX_EMAILS = 100;

interface SuppressionJobRow extends Row {
  status: JobStatus;
  created: number;
  completed?: number;
  total: number;
  done: number;
  skipped: number;
  list?: string;
  segment?: string;
}

interface Twin {
  type: string;
  collection: CollectionDef<SuppressionJobRow>;
  tasks: { start: string; finish: string };
  /** Whose profile an address is; undefined to pass over it. */
  personOf(ctx: Context, email: string): string | undefined;
  /** Returns whether it changed anything. */
  change(ctx: Context, profileId: string): boolean;
}

/** Makes people that are not known yet (documented). */
export const suppressJobResource = defineTwin({
  type: "profile-suppression-bulk-create-job",
  collection: defineCollection<SuppressionJobRow>("suppress_jobs"),
  tasks: { start: "start_suppressing", finish: "finish_suppressing" },
  personOf: (ctx, email) =>
    (ctx.rows(profiles).find("email", email) ?? ctx.rows(profiles).put(newProfile(ctx, parseProfile({ attributes: { email } })))).id,
  change: (ctx, profileId) => suppress(ctx, profileId, "USER_SUPPRESSED"),
});

export const unsuppressJobResource = defineTwin({
  type: "profile-suppression-bulk-delete-job",
  collection: defineCollection<SuppressionJobRow>("unsuppress_jobs"),
  tasks: { start: "start_unsuppressing", finish: "finish_unsuppressing" },
  personOf: (ctx, email) => ctx.rows(profiles).find("email", email)?.id,
  change: unsuppress,
});

/** Bulk suppression and its lifting (behaviour.md §2.3 rules 7 and 8): addresses, one list or one segment. */
function defineTwin({ type, collection, tasks, personOf, change }: Twin): Resource {
  return defineResource<SuppressionJobRow>({
    type,
    path: `/api/${type}s`,
    collection,
    attributes: (job) => ({
      status: job.status,
      created_at: isoSeconds(job.created),
      total_count: job.total,
      completed_count: job.done,
      completed_at: job.completed === undefined ? null : isoSeconds(job.completed),
      skipped_count: job.skipped,
    }),
    filters: { status: (job) => job.status, list_id: (job) => job.list, segment_id: (job) => job.segment },
    sorts: { created: (job) => job.created },
    defaultSort: "-created",
    relationships: {
      lists: toManyIds("list", ({ list }) => (list === undefined ? [] : [list]), { data: true }),
      segments: toManyIds("segment", ({ segment }) => (segment === undefined ? [] : [segment]), { data: true }),
    },
    create(input, ctx) {
      const { emails, list, segment } = parseTarget(input, ctx);
      const id = ctx.ids.ulid(ctx.now);
      ctx.settle(JOB_STARTS_AFTER_MS, tasks.start, { id });
      ctx.settle(JOB_ENDS_AFTER_MS, tasks.finish, { id, emails });
      const total = emails.length || membersOf(ctx, { list, segment }).length;
      return {
        id,
        status: "queued",
        created: ctx.now,
        total,
        done: 0,
        skipped: 0,
        ...(list !== undefined && { list }),
        ...(segment !== undefined && { segment }),
      };
    },
    tasks: {
      [tasks.start]({ id }, ctx) {
        const job = mustJob(ctx, collection, id);
        ctx.rows(collection).put({ ...job, status: jobLife.next(job.status, "start") });
      },
      [tasks.finish]({ id, emails }, ctx) {
        const job = mustJob(ctx, collection, id);
        const named = arrayOf(emails).map((email) => personOf(ctx, textOf(email) ?? ""));
        const people = named.length > 0 ? named : membersOf(ctx, job);
        const done = people.filter((person) => person !== undefined && change(ctx, person)).length;
        const completed = { completed: ctx.now, total: people.length, done, skipped: people.length - done };
        ctx.rows(collection).put({ ...job, ...completed, status: jobLife.next(job.status, "finish") });
      },
    },
  });
}

interface Target {
  list?: string | undefined;
  segment?: string | undefined;
}

function parseTarget({ attributes, one }: Input, ctx: Context): Target & { emails: string[] } {
  const stated = attributes["profiles"];
  const [list, segment] = [one("list"), one("segment")];
  const given = [stated ?? undefined, list, segment].filter((each) => each !== undefined);
  if (given.length !== 1)
    refuse("invalid", "Exactly one of 'profiles', a list or a segment is required.", { source: { pointer: "/data" } });
  if (list !== undefined) ctx.must("list", list);
  if (segment !== undefined) ctx.must("segment", segment);
  const pointer = "/data/attributes/profiles/data";
  const emails = arrayOf(objectOf(stated)["data"]).map((each) => normalEmail(objectOf(objectOf(each)["attributes"])["email"]) ?? "");
  if (list === undefined && segment === undefined && emails.length === 0)
    refuse("invalid", "At least one profile is required.", { source: { pointer } });
  if (emails.length > MAX_EMAILS) refuse("invalid", `At most ${MAX_EMAILS} profiles can be given at once.`, { source: { pointer } });
  const wrong = emails.flatMap((email, i) => (isEmail(email) ? [] : [`${pointer}/${i}/attributes/email`]));
  if (wrong.length > 0) refuseAll(wrong.map((at) => ({ code: "invalid", detail: "Invalid email address", source: { pointer: at } })));
  return { emails: [...new Set(emails)], list, segment };
}

function membersOf(ctx: Context, { list, segment }: Target): readonly string[] {
  if (list !== undefined)
    return ctx
      .rows(listMembers)
      .where("from", list)
      .map(({ to }) => to);
  return segment === undefined ? [] : segmentMemberIds(ctx, segment);
}

function mustJob(ctx: Context, collection: CollectionDef<SuppressionJobRow>, id: JsonObject[string] | undefined): SuppressionJobRow {
  return ctx.rows(collection).get(textOf(id) ?? "") ?? refuse("not_found", "The job does not exist.");
}
