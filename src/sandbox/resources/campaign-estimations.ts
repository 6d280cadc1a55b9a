import { defineResource } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { recipientsOf } from "../sending/recipients.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import { campaigns, messagesOf } from "./campaign-rows.ts";

interface EstimationJobRow extends Row {
  at: number;
  done?: true;
}
interface EstimationRow extends Row {
  count: number;
}

export const estimationJobs = defineCollection<EstimationJobRow>("campaign_estimation_jobs");
export const estimations = defineCollection<EstimationRow>("campaign_estimations");

/** Stated: complete in seconds (behaviour.md §2.21). */
const QUEUED_MS = 1000;
const COUNTED_MS = 3000;

/** Counting the recipients of a campaign: the job's id is the campaign's. A new one takes the place of the last. */
export const estimationJobResource = defineResource<EstimationJobRow>({
  type: "campaign-recipient-estimation-job",
  path: "/api/campaign-recipient-estimation-jobs",
  collection: estimationJobs,
  attributes: (job, ctx) => ({ status: job.done ? "complete" : ctx.now < job.at + QUEUED_MS ? "queued" : "processing" }),
  create({ id = "" }, ctx) {
    ctx.must("campaign", id);
    ctx.settle(COUNTED_MS, "estimate_recipients", { id, at: ctx.now });
    return { id, at: ctx.now };
  },
  tasks: {
    estimate_recipients(payload, ctx) {
      const campaign = ctx.rows(campaigns).get(textOf(payload["id"]) ?? "");
      const job = ctx.rows(estimationJobs).get(campaign?.id ?? "");
      if (!campaign || !job || job.at !== payload["at"]) return;
      ctx.rows(estimationJobs).put({ ...job, done: true });
      const people = new Set(messagesOf(campaign, ctx).flatMap((message) => recipientsOf(message, ctx).receivers));
      ctx.rows(estimations).put({ id: campaign.id, count: people.size });
    },
  },
});

/** The last finished count; 404 before the first. */
export const estimationResource = defineResource<EstimationRow>({
  type: "campaign-recipient-estimation",
  path: "/api/campaign-recipient-estimations",
  collection: estimations,
  attributes: (estimation) => ({ estimated_recipient_count: estimation.count }),
});
