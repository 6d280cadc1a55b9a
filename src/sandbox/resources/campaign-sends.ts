import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource } from "../engine/declare.ts";
import { arrayOf, numberOf, textOf } from "../engine/input.ts";
import { refuse, refuseAll } from "../engine/refusal.ts";
import { audienceOf, receipts } from "../sending/audience.ts";
import { deliver, react, type Letter } from "../sending/deliver.ts";
import { planDeliveries, type Recipient } from "../sending/plan.ts";
import { shareOf, type Reaction } from "../sending/responses.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import { accounts } from "./accounts.ts";
import { missingOf } from "./campaign-content.ts";
import { beginsAt } from "./campaign-input.ts";
import { templateIdOf } from "./campaign-messages.ts";
import { campaignLife, campaigns, messagesOf, type CampaignEvent, type CampaignRow } from "./campaign-rows.ts";
import { profiles } from "./profile-rows.ts";

interface SendJobRow extends Row {
  status: "cancelled" | "complete" | "processing" | "queued";
}

export const sendJobs = defineCollection<SendJobRow>("campaign_send_jobs");

/** Together half a minute: an empty audience was seen to end a send about 30 s after it was asked for (behaviour.md §2.21). */
const PLANNED_MS = 2000;
const GATHER_MS = 10_000;
const AUDIENCE_MS = 15_000;
const GIVE_UP_MS = 5000;
const FINISH_MS = 1000;
/** The first zone on earth to see a day is 14 hours ahead of UTC. */
const EARLIEST_ZONE_MS = 14 * 3_600_000;
const SLOT_MS = 5 * 60_000;

/** Sending a campaign: the job's id is the campaign's. Each step is put off, and void when the campaign has been cancelled or sent anew. */
export const sendJobResource = defineResource<SendJobRow>({
  type: "campaign-send-job",
  path: "/api/campaign-send-jobs",
  collection: sendJobs,
  collections: [receipts],
  attributes: (job) => ({ status: job.status }),
  create({ id = "" }, ctx) {
    start(mustCampaign(id, ctx), ctx);
    return { id, status: "queued" };
  },
  update(job, { attributes }, ctx) {
    const campaign = mustCampaign(job.id, ctx);
    if (attributes["action"] === "cancel") step(campaign, "cancel", ctx);
    else revert(campaign, ctx);
    return { ...job, status: "cancelled" };
  },
  tasks: {
    campaign_planned: onRun((campaign, _, ctx) => {
      step(campaign, "planned", ctx, { scheduled: ctx.now });
      putOff(campaign, prepareAt(campaign, ctx), "campaign_prepare", ctx);
    }),
    campaign_prepare: onRun((campaign, _, ctx) => prepare(campaign, ctx, {})),
    campaign_gather: onRun((campaign, _, ctx) => {
      if (lacks(campaign, ctx).length > 0) return end(campaign, "end misconfigured", ctx);
      step(campaign, "gather", ctx);
      ctx.rows(sendJobs).put({ id: campaign.id, status: "processing" });
      putOff(campaign, ctx.now + AUDIENCE_MS, "campaign_send", ctx);
    }),
    campaign_send: onRun(send),
    campaign_give_up: onRun((campaign, _, ctx) => end(campaign, "end without recipients", ctx)),
    campaign_deliver: onRun((campaign, payload, ctx) => {
      const letter = letterOf(campaign, ctx);
      if (campaign.status === "Sending" && letter)
        deliverAll(
          letter,
          arrayOf(payload["ids"]).flatMap((id) => textOf(id) ?? []),
          ctx,
        );
    }),
    campaign_finish: onRun((campaign, _, ctx) => {
      step(campaign, "finish", ctx);
      ctx.rows(sendJobs).put({ id: campaign.id, status: "complete" });
    }),
    campaign_reaction: (payload, ctx) => {
      const campaign = ctx.rows(campaigns).get(textOf(payload["campaign"]) ?? "");
      const letter = campaign && letterOf(campaign, ctx);
      for (const pair of letter ? arrayOf(payload["reactions"]) : []) {
        const [profileId, reaction, at] = arrayOf(pair);
        if (letter) react(letter, textOf(profileId) ?? "", { reaction: textOf(reaction) as Reaction, at: numberOf(at) ?? ctx.now }, ctx);
      }
    },
  },
});

type CampaignLetter = Letter & { campaign: CampaignRow };
type Task = (campaign: CampaignRow, payload: JsonObject, ctx: Context) => void;

/** A step of one send; nothing when the campaign is gone, or was reverted, cancelled or sent anew since. */
function onRun(task: Task): (payload: JsonObject, ctx: Context) => void {
  return (payload, ctx) => {
    const campaign = ctx.rows(campaigns).get(textOf(payload["campaign"]) ?? "");
    if (campaign && campaign.run === payload["run"] && !campaign.status.startsWith("Cancelled")) task(campaign, payload, ctx);
  };
}

function putOff(campaign: CampaignRow, at: number, kind: string, ctx: Context, more: JsonObject = {}): void {
  ctx.schedule(at, kind, { campaign: campaign.id, run: campaign.run, ...more });
}

/** Moves the campaign along its life cycle; 409 where there is no arrow. */
function step(campaign: CampaignRow, event: CampaignEvent, ctx: Context, changes: Partial<CampaignRow> = {}): CampaignRow {
  return ctx.rows(campaigns).put({ ...campaign, ...changes, status: campaignLife.next(campaign.status, event), updated: ctx.now });
}

function mustCampaign(id: string, ctx: Context): CampaignRow {
  return ctx.rows(campaigns).get(id) ?? refuse("not_found", `A campaign with id ${id} does not exist.`);
}

function start(draft: CampaignRow, ctx: Context): void {
  campaignLife.next(draft.status, "plan");
  const missing = lacks(draft, ctx);
  if (missing.length > 0) refuseAll(missing.map((detail) => ({ code: "invalid", detail, source: { pointer: "/data/id" } })));
  const campaign = { ...draft, run: draft.run + 1, sendAt: beginsAt(draft.strategy, ctx.now) };
  if (prepareAt(campaign, ctx) <= ctx.now) return prepare(campaign, ctx, { scheduled: ctx.now });
  step(campaign, "plan", ctx);
  putOff(campaign, ctx.now + PLANNED_MS, "campaign_planned", ctx);
}

/** A send by local time begins where the day begins. */
function prepareAt({ strategy, sendAt = 0 }: CampaignRow, ctx: Context): number {
  const isLocal = strategy.method === "static" && strategy.isLocal;
  return Math.max(ctx.now, isLocal ? sendAt - EARLIEST_ZONE_MS : sendAt);
}

/** What a scheduled campaign with another strategy becomes; others are returned as they are. */
export function reschedule(campaign: CampaignRow, ctx: Context): CampaignRow {
  if (campaign.status !== "Scheduled") return campaign;
  const after = { ...campaign, run: campaign.run + 1, sendAt: beginsAt(campaign.strategy, ctx.now) };
  putOff(after, prepareAt(after, ctx), "campaign_prepare", ctx);
  return after;
}

function prepare(campaign: CampaignRow, ctx: Context, changes: Partial<CampaignRow>): void {
  step(campaign, "prepare", ctx, changes);
  putOff(campaign, ctx.now + GATHER_MS, "campaign_gather", ctx);
}

/** Back to a draft, which must be sent again to go out (documented). */
function revert(campaign: CampaignRow, ctx: Context): void {
  const { scheduled: _, sendAt: __, ...draft } = campaign;
  step({ ...draft, run: campaign.run + 1 }, "revert", ctx);
}

function end(campaign: CampaignRow, event: CampaignEvent, ctx: Context): void {
  step(campaign, event, ctx);
  ctx.rows(sendJobs).put({ id: campaign.id, status: "cancelled" });
}

function lacks(campaign: CampaignRow, ctx: Context): string[] {
  return messagesOf(campaign, ctx).flatMap((message) => missingOf(message, templateIdOf(message, ctx) !== undefined));
}

function letterOf(campaign: CampaignRow, ctx: Context): CampaignLetter | undefined {
  const [message] = messagesOf(campaign, ctx);
  return message && { campaign, message };
}

function send(campaign: CampaignRow, _: JsonObject, ctx: Context): void {
  const { receivers, skipped } = audienceOf(campaign, ctx);
  if (receivers.length === 0 && skipped > 0) return end(campaign, "end by smart sending", ctx);
  if (receivers.length === 0) {
    step(campaign, "find nobody", ctx);
    return putOff(campaign, ctx.now + GIVE_UP_MS, "campaign_give_up", ctx);
  }
  step(campaign, "send", ctx);
  const home = ctx.rows(accounts).get(ctx.accountId)?.timezone ?? "UTC";
  const recipients = receivers.map((id): Recipient => {
    const zone = textOf(ctx.rows(profiles).get(id)?.location?.["timezone"]) ?? home;
    return { id, zone, share: shareOf(campaign.id, id) };
  });
  const deliveries = planDeliveries(campaign.strategy, recipients, ctx.now);
  for (const { at, ids } of deliveries) putOff(campaign, at, "campaign_deliver", ctx, { ids });
  putOff(campaign, (deliveries.at(-1)?.at ?? ctx.now) + FINISH_MS, "campaign_finish", ctx);
}

/** Delivers, and puts off what the recipients will do in slots of five minutes, so that a large send does not make a task per person. */
function deliverAll(letter: CampaignLetter, ids: readonly string[], ctx: Context): void {
  const slots = new Map<number, [string, Reaction, number][]>();
  for (const id of ids) {
    for (const { reaction, afterMs } of deliver(letter, id, ctx) ?? []) {
      const slot = afterMs < SLOT_MS ? Math.ceil(afterMs / 5000) * 5000 : Math.ceil(afterMs / SLOT_MS) * SLOT_MS;
      slots.set(slot, [...(slots.get(slot) ?? []), [id, reaction, ctx.now + afterMs]]);
    }
  }
  for (const [slot, reactions] of slots) putOff(letter.campaign, ctx.now + slot, "campaign_reaction", ctx, { reactions });
}
