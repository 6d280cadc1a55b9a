import type { Context } from "../engine/context.ts";
import { defineResource } from "../engine/declare.ts";
import { refuse } from "../engine/refusal.ts";
import { receipts } from "../sending/audience.ts";
import { campaignTasks, sendJobs, startSend, stopSend, type SendJobRow } from "../sending/campaign-run.ts";
import { campaigns, messagesOf, type CampaignMessageRow } from "./campaign-rows.ts";

/** Sending a campaign: the job's id is the campaign's. */
export const sendJobResource = defineResource<SendJobRow>({
  type: "campaign-send-job",
  path: "/api/campaign-send-jobs",
  collection: sendJobs,
  collections: [receipts],
  attributes: (job) => ({ status: job.status }),
  create({ id = "" }, ctx) {
    startSend(onlyMessage(id, ctx), "/data/id", ctx);
    return { id, status: "queued" };
  },
  update(job, { attributes }, ctx) {
    stopSend(onlyMessage(job.id, ctx), attributes["action"] === "cancel" ? "cancel" : "revert", ctx);
    return { ...job, status: "cancelled" };
  },
  tasks: campaignTasks,
});

/** The stable model sends a campaign as a whole, so one with several messages is not its to send (assumed). */
function onlyMessage(id: string, ctx: Context): CampaignMessageRow {
  const campaign = ctx.rows(campaigns).get(id) ?? refuse("not_found", `A campaign with id ${id} does not exist.`);
  const [message, ...more] = messagesOf(campaign, ctx);
  if (!message || more.length > 0) refuse("conflict", "Only a campaign with exactly one message is sent as a whole.");
  return message;
}
