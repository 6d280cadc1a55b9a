import type { Context } from "../engine/context.ts";
import { campaignAudiences, campaignMessages, campaignVariations } from "../resources/campaign-rows.ts";
import { templates } from "../resources/template-rows.ts";
import { reschedule, sendJobs } from "../sending/campaign-run.ts";
import { occasionsAround, type Occasion } from "./campaign-dates.ts";
import { seedCampaign, type Around } from "./campaign-making.ts";
import type { PlanMessage } from "./campaign-plan.ts";
import { DAY_MS, HOUR_MS, type Calendar } from "./calendar.ts";
import { mailingsOf } from "./campaign-mailings.ts";
import type { Sent } from "./sent.ts";

/** Of all planned campaigns, so many were called off the day before: those at these places. */
const CALLED_OFF = [7, 20];

/** The campaigns of the last eighteen months, oldest first; one that is scheduled, those called off and drafts are made too. */
export function seedCampaigns(ctx: Context, calendar: Calendar, around: Around): Sent[] {
  const { past, next } = occasionsAround(calendar.startMs, ctx.now);
  const sent = past.flatMap((occasion, i) => {
    if (CALLED_OFF.includes(i)) seedCalledOff(ctx, around, occasion, i);
    return CALLED_OFF.includes(i) ? [] : [seedSent(ctx, around, occasion, i)];
  });
  if (next) seedScheduled(ctx, around, next);
  seedDrafts(ctx, around);
  return sent;
}

function seedSent(ctx: Context, around: Around, { plan, year, sendAt }: Occasion, i: number): Sent {
  const made = seedCampaign(ctx, around, plan, i, {
    name: `${plan.name} ${year}`,
    status: "Sent",
    strategy: { method: "static", at: sendAt, isLocal: false, sendPast: false },
    created: sendAt - 6 * DAY_MS - (i % 5) * HOUR_MS,
    updated: sendAt + 300_000,
    scheduled: sendAt - DAY_MS,
    sendAt,
    run: 1,
  });
  ctx.rows(sendJobs).put({ id: made.campaign.id, status: "complete" });
  return { included: made.audience.included, sendAt, mailings: mailingsOf(made, sendAt) };
}

function seedCalledOff(ctx: Context, around: Around, { plan, year, sendAt }: Occasion, i: number): void {
  const { campaign } = seedCampaign(ctx, around, plan, i, {
    name: `${plan.name} ${year}`,
    status: "Cancelled",
    strategy: { method: "static", at: sendAt, isLocal: false, sendPast: false },
    created: sendAt - 6 * DAY_MS,
    updated: sendAt - 20 * HOUR_MS,
    scheduled: sendAt - 2 * DAY_MS,
    sendAt,
    run: 1,
  });
  ctx.rows(sendJobs).put({ id: campaign.id, status: "cancelled" });
}

function seedScheduled(ctx: Context, around: Around, { plan, year, sendAt }: Occasion): void {
  const made = ctx.now - 2 * DAY_MS;
  const { audience, message } = seedCampaign(ctx, around, plan, 1000, {
    name: `${plan.name} ${year}`,
    status: "Scheduled",
    strategy: { method: "static", at: sendAt, isLocal: false, sendPast: false },
    created: made,
    updated: made + HOUR_MS,
    scheduled: made + HOUR_MS,
    sendAt,
    run: 0,
  });
  const excluded = [around.segments["Unengaged subscribers"] ?? ""];
  ctx.rows(campaignAudiences).put({ ...audience, excluded });
  ctx.rows(campaignMessages).put(reschedule(message, ctx));
}

/** One that only has to be sent, one that is hardly begun. */
function seedDrafts(ctx: Context, around: Around): void {
  const draft = { status: "Draft", strategy: { method: "immediate" }, run: 0 } as const;
  const ready: PlanMessage = { subject: "The kettle still knows you", preview: "A bag on the house", template: "We miss you" };
  const lapsed = seedCampaign(ctx, around, { lists: [], tags: ["Win-back"], message: ready }, 1001, {
    ...draft,
    name: "Win-back letter",
    created: ctx.now - 5 * DAY_MS,
    updated: ctx.now - 4 * DAY_MS,
  });
  ctx.rows(campaignAudiences).put({ ...lapsed.audience, included: [around.segments["Lapsed customers"] ?? ""] });
  const blank: PlanMessage = { subject: "", preview: "", template: "Plain note" };
  const begun = seedCampaign(ctx, around, { lists: ["newsletter"], tags: ["Needs review"], message: blank }, 1002, {
    ...draft,
    name: "Thank-you note (idea)",
    created: ctx.now - DAY_MS,
    updated: ctx.now - DAY_MS,
  });
  const [{ template, ...bare }] = begun.variations;
  ctx.rows(campaignVariations).put(bare);
  if (template !== undefined) ctx.rows(templates).remove(template);
}
