import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, numberOf, textOf } from "../engine/input.ts";
import { refuseAll } from "../engine/refusal.ts";
import { accounts } from "../resources/accounts.ts";
import { missingOf } from "../resources/campaign-content.ts";
import { touch } from "../resources/campaign-edits.ts";
import { beginsAt } from "../resources/campaign-input.ts";
import { campaignLife, type CampaignEvent } from "../resources/campaign-life.ts";
import { campaignMessages, campaigns, messagesOf, variationsOf, type CampaignMessageRow } from "../resources/campaign-rows.ts";
import { profiles } from "../resources/profile-rows.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import { deliver, react } from "./deliver.ts";
import { planDeliveries, type Recipient } from "./plan.ts";
import { recipientsOf } from "./recipients.ts";
import { shareOf, type Reaction } from "./responses.ts";
import { lettersOf } from "./variations.ts";

export interface SendJobRow extends Row {
  status: "cancelled" | "complete" | "processing" | "queued";
}

/** The stable model's view of a send: the job's id is the campaign's. */
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

/** Sends a draft by its strategy: now, or when its time comes. Refuses with all that it lacks; `pointer` is where the body names it. */
export function startSend(draft: CampaignMessageRow, pointer: string, ctx: Context): void {
  campaignLife.next(draft.status, "plan");
  const missing = lacks(draft, ctx);
  if (missing.length > 0) refuseAll(missing.map((detail) => ({ code: "invalid", detail, source: { pointer } })));
  const message = { ...draft, run: draft.run + 1, sendAt: beginsAt(draft.strategy, ctx.now) };
  noteJob(message, "queued", ctx);
  if (prepareAt(message, ctx) <= ctx.now) {
    prepare(message, ctx);
    return noteScheduled(message, ctx.now, ctx);
  }
  step(message, "plan", ctx);
  putOff(message, ctx.now + PLANNED_MS, "campaign_planned", ctx);
}

/** Stops a send: for good, or back to a draft, which must be sent again to go out (documented). What was delivered is not recalled. */
export function stopSend(message: CampaignMessageRow, action: "cancel" | "revert", ctx: Context): void {
  if (action === "cancel") step(message, "cancel", ctx);
  else {
    const { sendAt: _, ...draft } = message;
    step({ ...draft, run: message.run + 1 }, "revert", ctx);
    noteScheduled(message, undefined, ctx);
  }
  noteJob(message, "cancelled", ctx);
}

/** What a scheduled message with another strategy becomes; others are returned as they are. */
export function reschedule(message: CampaignMessageRow, ctx: Context): CampaignMessageRow {
  if (message.status !== "Scheduled") return message;
  const after = { ...message, run: message.run + 1, sendAt: beginsAt(message.strategy, ctx.now) };
  putOff(after, prepareAt(after, ctx), "campaign_prepare", ctx);
  return after;
}

/** Each step is put off, and void when the message has been cancelled, reverted or sent anew. */
export const campaignTasks: Record<string, (payload: JsonObject, ctx: Context) => void> = {
  campaign_planned: onRun((message, _, ctx) => {
    step(message, "planned", ctx);
    noteScheduled(message, ctx.now, ctx);
    putOff(message, prepareAt(message, ctx), "campaign_prepare", ctx);
  }),
  campaign_prepare: onRun((message, _, ctx) => prepare(message, ctx)),
  campaign_gather: onRun((message, _, ctx) => {
    if (lacks(message, ctx).length > 0) return end(message, "end misconfigured", ctx);
    step(message, "gather", ctx);
    noteJob(message, "processing", ctx);
    putOff(message, ctx.now + AUDIENCE_MS, "campaign_send", ctx);
  }),
  campaign_send: onRun(send),
  campaign_give_up: onRun((message, _, ctx) => end(message, "end without recipients", ctx)),
  campaign_deliver: onRun((message, payload, ctx) => {
    const ids = arrayOf(payload["ids"]).flatMap((id) => textOf(id) ?? []);
    if (message.status === "Sending") deliverAll(message, ids, ctx);
  }),
  campaign_finish: onRun((message, _, ctx) => {
    step(message, "finish", ctx);
    noteJob(message, "complete", ctx);
  }),
  campaign_reaction: (payload, ctx) => {
    const message = ctx.rows(campaignMessages).get(textOf(payload["message"]) ?? "");
    const letterFor = message && lettersOf(message, ctx);
    for (const pair of letterFor ? arrayOf(payload["reactions"]) : []) {
      const [profileId, reaction, at] = arrayOf(pair);
      const letter = letterFor?.(textOf(profileId) ?? "");
      // Safe: only `deliverAll` puts reactions into the schedule.
      if (letter) react(letter, textOf(profileId) ?? "", { reaction: textOf(reaction) as Reaction, at: numberOf(at) ?? ctx.now }, ctx);
    }
  },
};

type Task = (message: CampaignMessageRow, payload: JsonObject, ctx: Context) => void;

function onRun(task: Task): (payload: JsonObject, ctx: Context) => void {
  return (payload, ctx) => {
    const message = ctx.rows(campaignMessages).get(textOf(payload["message"]) ?? "");
    if (message && message.run === payload["run"] && !message.status.startsWith("Cancelled")) task(message, payload, ctx);
  };
}

function putOff(message: CampaignMessageRow, at: number, kind: string, ctx: Context, more: JsonObject = {}): void {
  ctx.schedule(at, kind, { message: message.id, run: message.run, ...more });
}

/** Moves the message along its life cycle, 409 where there is no arrow; its campaign has changed with it. */
function step(message: CampaignMessageRow, event: CampaignEvent, ctx: Context): void {
  ctx.rows(campaignMessages).put({ ...message, status: campaignLife.next(message.status, event), updated: ctx.now });
  touch(message.campaign, ctx);
}

/** Undefined when a send was taken back; what others of the campaign say stays. */
function noteScheduled(message: CampaignMessageRow, at: number | undefined, ctx: Context): void {
  const campaign = ctx.rows(campaigns).get(message.campaign);
  if (!campaign || (at === undefined && messagesOf(campaign, ctx).some(({ sendAt }) => sendAt !== undefined))) return;
  const { scheduled: _, ...kept } = campaign;
  ctx.rows(campaigns).put({ ...kept, ...(at !== undefined && { scheduled: at }) });
}

/** A campaign of several messages has a send for each, and so no job that could stand for it. */
function noteJob({ campaign: id }: CampaignMessageRow, status: SendJobRow["status"], ctx: Context): void {
  if (messagesOf({ id }, ctx).length === 1) ctx.rows(sendJobs).put({ id, status });
}

/** A send by local time begins where the day begins. */
function prepareAt({ strategy, sendAt = 0 }: CampaignMessageRow, ctx: Context): number {
  const isLocal = strategy.method === "static" && strategy.isLocal;
  return Math.max(ctx.now, isLocal ? sendAt - EARLIEST_ZONE_MS : sendAt);
}

function prepare(message: CampaignMessageRow, ctx: Context): void {
  step(message, "prepare", ctx);
  putOff(message, ctx.now + GATHER_MS, "campaign_gather", ctx);
}

function end(message: CampaignMessageRow, event: CampaignEvent, ctx: Context): void {
  step(message, event, ctx);
  noteJob(message, "cancelled", ctx);
}

function lacks(message: CampaignMessageRow, ctx: Context): string[] {
  return [...new Set(variationsOf(message, ctx).flatMap((variation) => missingOf(variation, ctx)))];
}

function send(message: CampaignMessageRow, _: JsonObject, ctx: Context): void {
  const { receivers, skipped } = recipientsOf(message, ctx);
  if (receivers.length === 0 && skipped > 0) return end(message, "end by smart sending", ctx);
  if (receivers.length === 0) {
    step(message, "find nobody", ctx);
    return putOff(message, ctx.now + GIVE_UP_MS, "campaign_give_up", ctx);
  }
  step(message, "send", ctx);
  const home = ctx.rows(accounts).get(ctx.accountId)?.timezone ?? "UTC";
  const recipients = receivers.map((id): Recipient => {
    const zone = textOf(ctx.rows(profiles).get(id)?.location?.["timezone"]) ?? home;
    return { id, zone, share: shareOf(message.id, id) };
  });
  const deliveries = planDeliveries(message.strategy, recipients, ctx.now);
  for (const { at, ids } of deliveries) putOff(message, at, "campaign_deliver", ctx, { ids });
  putOff(message, (deliveries.at(-1)?.at ?? ctx.now) + FINISH_MS, "campaign_finish", ctx);
}

/** Delivers, and puts off what the recipients will do in slots of five minutes, so that a large send does not make a task per person. */
function deliverAll(message: CampaignMessageRow, ids: readonly string[], ctx: Context): void {
  const letterFor = lettersOf(message, ctx);
  const slots = new Map<number, [string, Reaction, number][]>();
  for (const id of ids) {
    const letter = letterFor(id);
    for (const { reaction, afterMs } of (letter && deliver(letter, id, ctx)) ?? []) {
      const slot = afterMs < SLOT_MS ? Math.ceil(afterMs / 5000) * 5000 : Math.ceil(afterMs / SLOT_MS) * SLOT_MS;
      slots.set(slot, [...(slots.get(slot) ?? []), [id, reaction, ctx.now + afterMs]]);
    }
  }
  for (const [slot, reactions] of slots) putOff(message, ctx.now + slot, "campaign_reaction", ctx, { reactions });
}
