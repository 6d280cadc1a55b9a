import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { blankContent, withDefinition } from "../resources/campaign-content.ts";
import { defaultTracking } from "../resources/campaign-input.ts";
import type { CampaignChannel } from "../resources/campaign-life.ts";
import {
  campaignAudiences,
  campaignMessages,
  campaigns,
  campaignVariations,
  type CampaignAudienceRow,
  type CampaignMessageRow,
  type CampaignRow,
  type CampaignVariationRow,
} from "../resources/campaign-rows.ts";
import type { Attributed } from "../resources/event-rows.ts";
import { templates } from "../resources/template-rows.ts";
import { reschedule, sendJobs } from "../sending/campaign-run.ts";
import { occasionsAround, type Occasion } from "./campaign-dates.ts";
import type { Plan } from "./campaign-plan.ts";
import { DAY_MS, HOUR_MS, type Calendar } from "./calendar.ts";
import type { ShopLists } from "./lists.ts";
import type { Random } from "./random.ts";
import type { Tagger } from "./tags.ts";
import type { TemplateName } from "./templates.ts";

/** A campaign that went out, as its recipients' events tell of it. */
export interface Sent extends Made {
  sendAt: number;
  /** What events of this campaign are credited to; one object for all of them. */
  credit: Attributed;
}

interface Made {
  campaign: CampaignRow;
  audience: CampaignAudienceRow;
  message: CampaignMessageRow;
  variation: CampaignVariationRow;
  channel: CampaignChannel;
}

interface Around {
  calendar: Calendar;
  lists: ShopLists;
  segments: Record<string, string>;
  templates: Record<TemplateName, string>;
  tag: Tagger;
  random: Random;
}

/** The campaigns of the last eighteen months, oldest first; one that is scheduled and two drafts are made too. */
export function seedCampaigns(ctx: Context, around: Around): Sent[] {
  const { past, next } = occasionsAround(around.calendar.startMs, ctx.now);
  const sent = past.map((occasion, i): Sent => {
    const { sendAt } = occasion;
    const made = seedCampaign(ctx, around, occasion.plan, i, {
      name: nameOf(occasion),
      status: "Sent",
      strategy: { method: "static", at: sendAt, isLocal: false, sendPast: false },
      created: sendAt - 6 * DAY_MS - (i % 5) * HOUR_MS,
      updated: sendAt + 300_000,
      scheduled: sendAt - DAY_MS,
      sendAt,
      run: 1,
    });
    ctx.rows(sendJobs).put({ id: made.campaign.id, status: "complete" });
    return { ...made, sendAt, credit: { campaign: made.campaign.id, "campaign-message": made.message.id } };
  });
  if (next) seedScheduled(ctx, around, next);
  seedDrafts(ctx, around);
  return sent;
}

type Fixed = Pick<CampaignMessageRow, "created" | "run" | "sendAt" | "status" | "strategy" | "updated"> &
  Pick<CampaignRow, "name" | "scheduled">;

function seedScheduled(ctx: Context, around: Around, occasion: Occasion): void {
  const { sendAt } = occasion;
  const made = ctx.now - 2 * DAY_MS;
  const { audience, message } = seedCampaign(ctx, around, occasion.plan, 1000, {
    name: nameOf(occasion),
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
  const ready: Plan["message"] = { subject: "The kettle still knows you", preview: "A bag on the house", template: "We miss you" };
  const lapsed = seedCampaign(ctx, around, { lists: [], tags: ["Win-back"], message: ready }, 1001, {
    ...draft,
    name: "Win-back letter",
    created: ctx.now - 5 * DAY_MS,
    updated: ctx.now - 4 * DAY_MS,
  });
  ctx.rows(campaignAudiences).put({ ...lapsed.audience, included: [around.segments["Lapsed customers"] ?? ""] });
  const blank: Plan["message"] = { subject: "", preview: "", template: "Plain note" };
  const begun = seedCampaign(ctx, around, { lists: ["newsletter"], tags: [], message: blank }, 1002, {
    ...draft,
    name: "Thank-you note (idea)",
    created: ctx.now - DAY_MS,
    updated: ctx.now - DAY_MS,
  });
  const { template, ...bare } = begun.variation;
  ctx.rows(campaignVariations).put(bare);
  if (template !== undefined) ctx.rows(templates).remove(template);
}

function nameOf({ plan, year }: Occasion): string {
  return `${plan.name} ${year}`;
}

function seedCampaign(
  ctx: Context,
  around: Around,
  plan: Pick<Plan, "lists" | "message" | "tags">,
  index: number,
  { name, scheduled, ...sending }: Fixed,
): Made {
  const random = around.random.seek(index);
  const channel = "body" in plan.message ? "sms" : "email";
  const { created, updated } = sending;
  const campaign = { id: random.ulid(created), name, created, updated, ...(scheduled !== undefined && { scheduled }) };
  const saved = Math.min(updated, created + 2 * HOUR_MS);
  const messageId = random.ulid(created);
  const audience: CampaignAudienceRow = {
    id: random.ulid(created),
    campaign: campaign.id,
    included: plan.lists.map((list) => around.lists[list]),
    excluded: [],
    created,
    updated: saved,
  };
  const message: CampaignMessageRow = {
    id: messageId,
    campaign: campaign.id,
    audience: audience.id,
    label: name,
    smartSending: "throttle-for-campaigns-and-flows",
    tracking: defaultTracking(channel, ctx),
    ...sending,
    updated: saved,
  };
  const said = plan.message;
  const content: JsonObject = "body" in said ? { body: said.body } : { subject: said.subject, preview_text: said.preview };
  const variation: CampaignVariationRow = {
    id: random.ulid(created),
    message: message.id,
    ...withDefinition(blankContent(channel, false, ctx), { content }),
    ...("template" in said && { template: copyOf(ctx, around.templates[said.template], created) }),
    created,
    updated: saved,
  };
  for (const tag of plan.tags) around.tag(tag, "campaign", campaign.id, created);
  ctx.rows(campaignAudiences).put(audience);
  ctx.rows(campaignMessages).put(message);
  ctx.rows(campaignVariations).put(variation);
  return { campaign: ctx.rows(campaigns).put(campaign), audience, message, variation, channel };
}

/** A message has a copy of its own, as assigning a template makes it. */
function copyOf(ctx: Context, templateId: string, atMs: number): string {
  const rows = ctx.rows(templates);
  const template = rows.get(templateId);
  if (!template) throw new Error("The seed has no such template");
  return rows.put({ ...template, id: ctx.ids.short(), name: `Clone of ${templateId}`, hidden: true, created: atMs, updated: atMs }).id;
}
