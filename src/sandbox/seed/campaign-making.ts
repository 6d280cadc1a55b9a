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
import { templates } from "../resources/template-rows.ts";
import type { Plan, PlanMessage } from "./campaign-plan.ts";
import { HOUR_MS } from "./calendar.ts";
import type { ShopLists } from "./lists.ts";
import type { Random } from "./random.ts";
import type { Tagger } from "./tags.ts";
import type { TemplateName } from "./template-bodies.ts";

/** What campaigns are made of. */
export interface Around {
  lists: ShopLists;
  segments: Record<string, string>;
  templates: Record<TemplateName, string>;
  tag: Tagger;
  random: Random;
}

/** A campaign with its parts; two variations where two subjects are tested against each other. */
export interface Made {
  campaign: CampaignRow;
  audience: CampaignAudienceRow;
  message: CampaignMessageRow;
  variations: [CampaignVariationRow, ...CampaignVariationRow[]];
  channel: CampaignChannel;
}

type Fixed = Pick<CampaignMessageRow, "created" | "run" | "sendAt" | "status" | "strategy" | "updated"> &
  Pick<CampaignRow, "name" | "scheduled">;

/** Stores a campaign with its parts and its tags. `index` names its random numbers. */
export function seedCampaign(
  ctx: Context,
  around: Around,
  { lists, message: plan, tags }: Pick<Plan, "lists" | "message" | "tags">,
  index: number,
  { name, scheduled, ...sending }: Fixed,
): Made {
  const random = around.random.seek(index);
  const channel = channelOf(plan);
  const { created } = sending;
  const updated = Math.min(sending.updated, created + 2 * HOUR_MS);
  const campaign = { id: random.ulid(created), name, created, updated: sending.updated, ...(scheduled !== undefined && { scheduled }) };
  const included = lists.map((list) => around.lists[list]);
  const audience = { id: random.ulid(created), campaign: campaign.id, included, excluded: [], created, updated };
  const message: CampaignMessageRow = {
    id: random.ulid(created),
    campaign: campaign.id,
    audience: audience.id,
    label: name,
    smartSending: "throttle-for-campaigns-and-flows",
    tracking: defaultTracking(channel, ctx),
    ...sending,
    updated,
  };
  const variation = (content: JsonObject): CampaignVariationRow =>
    ctx.rows(campaignVariations).put({
      id: random.ulid(created),
      message: message.id,
      ...withDefinition(blankContent(channel, false, ctx), { content }),
      ...("template" in plan && { template: copyOf(ctx, around.templates[plan.template], created) }),
      created,
      updated,
    });
  const [first, ...rest] = contentsOf(plan);
  const variations: Made["variations"] = [variation(first), ...rest.map(variation)];
  ctx.rows(campaignAudiences).put(audience);
  ctx.rows(campaignMessages).put(message);
  for (const tag of tags) around.tag(tag, "campaign", campaign.id, created);
  return { campaign: ctx.rows(campaigns).put(campaign), audience, message, variations, channel };
}

function channelOf(message: PlanMessage): CampaignChannel {
  return "text" in message ? "sms" : "title" in message ? "mobile_push" : "email";
}

/** The content of each variation. */
function contentsOf(message: PlanMessage): [JsonObject, ...JsonObject[]] {
  if ("text" in message) return [{ body: message.text }];
  if ("title" in message) return [{ title: message.title, body: message.body }];
  const { subject, otherSubject, preview } = message;
  const email = (words: string): JsonObject => ({ subject: words, preview_text: preview });
  return [email(subject), ...(otherSubject === undefined ? [] : [email(otherSubject)])];
}

/** A message has a copy of its own, as assigning a template makes it; the library does not show it. */
function copyOf(ctx: Context, templateId: string, atMs: number): string {
  const rows = ctx.rows(templates);
  const template = rows.get(templateId);
  if (!template) throw new Error("The seed has no such template");
  return rows.put({ ...template, id: ctx.ids.short(), name: `Clone of ${templateId}`, hidden: true, created: atMs, updated: atMs }).id;
}
