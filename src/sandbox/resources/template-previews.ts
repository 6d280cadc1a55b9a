import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { timeText } from "../engine/time.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import { JOB_ENDS_AFTER_MS, JOB_STARTS_AFTER_MS, jobLife, type JobStatus } from "./job-life.ts";

interface PreviewJobRow extends Row {
  status: JobStatus;
  created: number;
  template: string;
  recipients: string[];
  /** As it was rendered when it was asked for. */
  message: PreviewMessage;
}

export type PreviewMessage = { subject: string; html: string; text: string | null };

/** A test mail to one address. It goes nowhere: what would have been sent stays here. */
export interface PreviewRow extends Row, PreviewMessage {
  job: string;
  to: string;
  at: number;
}

const previewJobs = defineCollection<PreviewJobRow>("template_preview_jobs");
export const previews = defineCollection<PreviewRow>("template_previews", { indexes: { job: (preview) => preview.job } });

/** Test mails of a template. Jobs are made by `actions/preview-template.ts`, which has the template rendered; nothing reads them. */
export const templatePreviewResource = defineResource<PreviewJobRow>({
  type: "template-preview-send-job",
  path: "/api/template-preview-send-jobs",
  collection: previewJobs,
  collections: [previews],
  attributes: (job, ctx) => ({ status: job.status, created_at: timeText(job.created, ctx) }),
  tasks: {
    start_template_preview({ id }, ctx) {
      step(id, "start", ctx);
    },
    finish_template_preview({ id }, ctx) {
      const job = step(id, "finish", ctx);
      for (const to of job?.recipients ?? []) {
        if (job) ctx.rows(previews).put({ id: ctx.ids.ulid(ctx.now), job: job.id, to, at: ctx.now, ...job.message });
      }
    },
  },
});

export function startPreview(about: Pick<PreviewJobRow, "message" | "recipients" | "template">, ctx: Context): PreviewJobRow {
  const id = ctx.ids.ulid(ctx.now);
  ctx.settle(JOB_STARTS_AFTER_MS, "start_template_preview", { id });
  ctx.settle(JOB_ENDS_AFTER_MS, "finish_template_preview", { id });
  return ctx.rows(previewJobs).put({ id, status: "queued", created: ctx.now, ...about });
}

function step(id: JsonObject[string] | undefined, event: "finish" | "start", ctx: Context): PreviewJobRow | undefined {
  const job = ctx.rows(previewJobs).get(textOf(id) ?? "");
  return job && ctx.rows(previewJobs).put({ ...job, status: jobLife.next(job.status, event) });
}
