import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { blankContent, withDefinition } from "../resources/campaign-content.ts";
import { parseTracking } from "../resources/campaign-input.ts";
import {
  campaignMessages,
  campaigns,
  type CampaignChannel,
  type CampaignMessageRow,
  type CampaignRow,
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

type Fixed = Omit<CampaignRow, "id" | "channel" | "included" | "excluded" | "smartSending" | "tracking">;

/** Stores a campaign with its message and its tags. `index` names its random numbers. */
export function seedCampaign(
  ctx: Context,
  around: Around,
  { lists, message, tags }: Pick<Plan, "lists" | "message" | "tags">,
  index: number,
  fixed: Fixed,
): { campaign: CampaignRow; message: CampaignMessageRow } {
  const random = around.random.seek(index);
  const channel = channelOf(message);
  const { created, updated } = fixed;
  const campaign: CampaignRow = {
    id: random.ulid(created),
    channel,
    included: lists.map((list) => around.lists[list]),
    excluded: [],
    smartSending: true,
    tracking: parseTracking(undefined, channel),
    ...fixed,
  };
  const row: CampaignMessageRow = {
    id: random.ulid(created),
    campaign: campaign.id,
    channel,
    ...withDefinition(blankContent(channel, campaign.name, {}, ctx), { content: contentOf(message) }),
    ...("template" in message && { template: copyOf(ctx, around.templates[message.template], created) }),
    created,
    updated: Math.min(updated, created + 2 * HOUR_MS),
  };
  ctx.rows(campaignMessages).put(row);
  for (const tag of tags) around.tag(tag, "campaign", campaign.id, created);
  return { campaign: ctx.rows(campaigns).put(campaign), message: row };
}

function channelOf(message: PlanMessage): CampaignChannel {
  return "text" in message ? "sms" : "title" in message ? "mobile_push" : "email";
}

function contentOf(message: PlanMessage): JsonObject {
  if ("text" in message) return { body: message.text };
  return "title" in message ? { title: message.title, body: message.body } : { subject: message.subject, preview_text: message.preview };
}

/** A message has a copy of its own, as assigning a template makes it. */
function copyOf(ctx: Context, templateId: string, atMs: number): string {
  const rows = ctx.rows(templates);
  const template = rows.get(templateId);
  if (!template) throw new Error("The seed has no such template");
  return rows.put({ ...template, id: ctx.ids.short(), name: `Clone of ${templateId}`, created: atMs, updated: atMs }).id;
}
