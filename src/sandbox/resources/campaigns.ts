import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toManyByIndex, toManyLinks } from "../engine/declare.ts";
import { arrayOf, booleanOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { microsText } from "../engine/time.ts";
import { blankContent, channelOf, withDefinition } from "./campaign-content.ts";
import { defaultTracking, parseAudiences, parseStrategy, strategyAttributes, withTracking } from "./campaign-input.ts";
import { campaignMessages, campaigns, messagesOf, refuseUneditable, type CampaignRow } from "./campaign-rows.ts";
import { estimationJobs, estimations } from "./campaign-estimations.ts";
import { reschedule, sendJobs } from "./campaign-sends.ts";
import { tagLinks } from "./tag-rows.ts";

/** Campaigns (behaviour.md §2.10). The beta has another model at the same paths. */
export const campaignResource = defineResource<CampaignRow>({
  type: "campaign",
  path: "/api/campaigns",
  channel: "stable",
  collection: campaigns,
  attributes: (campaign) => ({
    name: campaign.name,
    status: campaign.status,
    archived: false,
    audiences: { included: [...campaign.included], excluded: [...campaign.excluded] },
    send_options: { use_smart_sending: campaign.smartSending, ignore_unsubscribes: false },
    tracking_options: campaign.tracking,
    send_strategy: strategyAttributes(campaign.strategy),
    created_at: microsText(campaign.created),
    scheduled_at: campaign.scheduled === undefined ? null : microsText(campaign.scheduled),
    updated_at: microsText(campaign.updated),
    send_time: campaign.sendAt === undefined ? null : microsText(campaign.sendAt),
  }),
  filters: {
    "messages.channel": (campaign) => campaign.channel,
    name: (campaign) => campaign.name,
    status: (campaign) => campaign.status,
    // No endpoint of the API archives.
    archived: () => false,
    created_at: (campaign) => campaign.created,
    scheduled_at: (campaign) => campaign.scheduled,
    updated_at: (campaign) => campaign.updated,
  },
  sorts: {
    name: (campaign) => campaign.name,
    created_at: (campaign) => campaign.created,
    scheduled_at: (campaign) => campaign.scheduled ?? null,
    updated_at: (campaign) => campaign.updated,
  },
  defaultSort: "-updated_at",
  relationships: {
    "campaign-messages": toManyByIndex("campaign-message", "campaign", { data: true }),
    tags: toManyLinks("tag", { links: tagLinks, side: "to", prefix: "campaign:" }),
  },
  create({ attributes }, ctx) {
    const [message, ...more] = arrayOf(objectOf(attributes["campaign-messages"])["data"]);
    if (message === undefined || more.length > 0) wrong("campaign-messages", "A campaign has exactly one message.");
    const channel = channelOf(definitionIn(message));
    const campaign: CampaignRow = {
      id: ctx.ids.ulid(ctx.now),
      name: textOf(attributes["name"]) ?? "",
      status: "Draft",
      channel,
      ...parseAudiences(attributes["audiences"], { included: [], excluded: [] }, ctx),
      smartSending: booleanOf(objectOf(attributes["send_options"])["use_smart_sending"]) ?? true,
      tracking: withTracking(defaultTracking(channel, ctx), attributes["tracking_options"]),
      strategy: parseStrategy(attributes["send_strategy"]),
      created: ctx.now,
      updated: ctx.now,
      run: 0,
    };
    createMessage(campaign, objectOf(message), ctx);
    return campaign;
  },
  update(campaign, { attributes }, ctx) {
    refuseUneditable(campaign, ctx);
    const { name, audiences, send_options: options, tracking_options: tracking, send_strategy: strategy } = attributes;
    const after = {
      ...campaign,
      name: textOf(name) ?? campaign.name,
      ...parseAudiences(audiences, campaign, ctx),
      smartSending: booleanOf(objectOf(options)["use_smart_sending"]) ?? campaign.smartSending,
      tracking: withTracking(campaign.tracking, tracking),
      updated: ctx.now,
    };
    return strategy ? reschedule({ ...after, strategy: parseStrategy(strategy) }, ctx) : after;
  },
  remove(campaign, ctx) {
    if (campaign.status === "Sending") refuse("conflict", "A campaign cannot be deleted while it is being sent.");
    for (const message of messagesOf(campaign, ctx)) ctx.remove("campaign-message", message.id);
    ctx.rows(sendJobs).remove(campaign.id);
    ctx.rows(estimationJobs).remove(campaign.id);
    ctx.rows(estimations).remove(campaign.id);
  },
});

const DEFINITION = "/data/attributes/campaign-messages/data/0/attributes/definition";

function createMessage(campaign: CampaignRow, message: JsonObject, ctx: Context): void {
  const definition = definitionIn(message);
  const image = textOf(objectOf(objectOf(objectOf(message["relationships"])["image"])["data"])["id"]);
  if (image !== undefined) ctx.must("image", image);
  if (image !== undefined && campaign.channel === "email") wrong("campaign-messages", "An email message takes no image.");
  ctx.rows(campaignMessages).put({
    id: ctx.ids.ulid(ctx.now),
    campaign: campaign.id,
    channel: campaign.channel,
    ...withDefinition(blankContent(campaign.channel, campaign.name, definition, ctx), definition, DEFINITION),
    ...(image !== undefined && { image }),
    created: ctx.now,
    updated: ctx.now,
  });
}

function definitionIn(message: Json): JsonObject {
  return objectOf(objectOf(objectOf(message)["attributes"])["definition"]);
}

function wrong(field: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/${field}` } });
}
