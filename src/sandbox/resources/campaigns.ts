import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toManyByIndex, toManyLinks } from "../engine/declare.ts";
import { arrayOf, booleanOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { microsText } from "../engine/time.ts";
import { reschedule, sendJobs } from "../sending/campaign-run.ts";
import { estimationJobs, estimations } from "./campaign-estimations.ts";
import { blankContent, statedChannel, withDefinition } from "./campaign-content.ts";
import { refuseUneditable, removeAudience } from "./campaign-edits.ts";
import { defaultTracking, parseGroups, parseStrategy, strategyAttributes, withTracking } from "./campaign-input.ts";
import { statusAmong, type CampaignChannel } from "./campaign-life.ts";
import { blankMessage, channelsOf, switched } from "./campaign-making.ts";
import {
  audiencesOf,
  campaignAudiences,
  campaignMessages,
  campaigns,
  campaignVariations,
  messagesOf,
  variationsOf,
  type CampaignRow,
} from "./campaign-rows.ts";
import { tagLinks } from "./tag-rows.ts";

/** Made in the editor, or in beta: the stable API shows that it is a test, and takes none. */
const AB_TEST = { method: "ab_test_campaign" };
const NO_GROUPS = { included: [], excluded: [] };
const AUDIENCES = "/data/attributes/audiences";
const DEFINITION = "/data/attributes/campaign-messages/data/0/attributes/definition";

/** Campaigns of the stable model (behaviour.md §2.10): one audience, one message. Those made in beta with more show all of it together. */
export const campaignResource = defineResource<CampaignRow>({
  type: "campaign",
  path: "/api/campaigns",
  channel: "stable",
  collection: campaigns,
  collections: [campaignAudiences, campaignVariations],
  attributes(campaign, ctx) {
    const messages = messagesOf(campaign, ctx);
    const audiences = audiencesOf(campaign, ctx);
    const [first] = messages;
    const { sendAt } = first ?? {};
    return {
      name: campaign.name,
      status: statusAmong(messages.map(({ status }) => status)),
      archived: campaign.archived ?? false,
      audiences: {
        included: [...new Set(audiences.flatMap(({ included }) => included))],
        excluded: [...new Set(audiences.flatMap(({ excluded }) => excluded))],
      },
      send_options: { use_smart_sending: first?.smartSending !== "none", ignore_unsubscribes: first?.toUnsubscribed ?? false },
      tracking_options: first?.tracking ?? defaultTracking("email", ctx),
      send_strategy:
        first && variationsOf(first, ctx).length > 1 ? AB_TEST : strategyAttributes(first?.strategy ?? { method: "immediate" }),
      created_at: microsText(campaign.created),
      scheduled_at: campaign.scheduled === undefined ? null : microsText(campaign.scheduled),
      updated_at: microsText(campaign.updated),
      send_time: sendAt === undefined ? null : microsText(sendAt),
    };
  },
  filters: {
    "messages.channel": channelsOf,
    name: (campaign) => campaign.name,
    status: (campaign, ctx) => statusAmong(messagesOf(campaign, ctx).map(({ status }) => status)),
    archived: (campaign) => campaign.archived ?? false,
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
    const channel = statedChannel(definitionIn(message));
    const campaign: CampaignRow = { id: ctx.ids.ulid(ctx.now), name: textOf(attributes["name"]) ?? "", created: ctx.now, updated: ctx.now };
    const groups = parseGroups(attributes["audiences"], NO_GROUPS, AUDIENCES, ctx);
    const audience = { id: ctx.ids.ulid(ctx.now), campaign: campaign.id, ...groups, created: ctx.now, updated: ctx.now };
    ctx.rows(campaignAudiences).put(audience);
    const made = createMessage(campaign, audience.id, objectOf(message), channel, ctx);
    const isSmart = booleanOf(objectOf(attributes["send_options"])["use_smart_sending"]);
    ctx.rows(campaignMessages).put({
      ...made,
      smartSending: switched(made.smartSending, isSmart),
      tracking: withTracking(defaultTracking(channel, ctx), attributes["tracking_options"]),
      strategy: parseStrategy(attributes["send_strategy"]),
    });
    return campaign;
  },
  update(campaign, { attributes }, ctx) {
    refuseUneditable(messagesOf(campaign, ctx), ctx);
    updateParts(campaign, attributes, ctx);
    return { ...campaign, name: textOf(attributes["name"]) ?? campaign.name, updated: ctx.now };
  },
  remove(campaign, ctx) {
    if (messagesOf(campaign, ctx).some(({ status }) => status === "Sending"))
      refuse("conflict", "A campaign cannot be deleted while it is being sent.");
    for (const { id } of audiencesOf(campaign, ctx)) removeAudience(id, ctx);
    ctx.rows(sendJobs).remove(campaign.id);
    ctx.rows(estimationJobs).remove(campaign.id);
    ctx.rows(estimations).remove(campaign.id);
  },
});

/** What the stable model says of a campaign and the beta model of its parts. */
function updateParts(campaign: CampaignRow, attributes: JsonObject, ctx: Context): void {
  const { audiences, send_options: options, tracking_options: tracking, send_strategy: strategy } = attributes;
  if (!audiences && !options && !tracking && !strategy) return;
  const [message, second] = messagesOf(campaign, ctx);
  const [audience, other] = audiencesOf(campaign, ctx);
  if (!message || !audience || second || other)
    refuse("conflict", "Only a campaign with exactly one audience and one message is edited as a whole.");
  if (audiences) {
    const groups = parseGroups(audiences, audience, AUDIENCES, ctx);
    ctx.rows(campaignAudiences).put({ ...audience, ...groups, updated: ctx.now });
  }
  const after = {
    ...message,
    smartSending: switched(message.smartSending, booleanOf(objectOf(options)["use_smart_sending"])),
    tracking: withTracking(message.tracking, tracking),
    updated: ctx.now,
  };
  ctx.rows(campaignMessages).put(strategy ? reschedule({ ...after, strategy: parseStrategy(strategy) }, ctx) : after);
}

function createMessage(campaign: CampaignRow, audience: string, json: JsonObject, channel: CampaignChannel, ctx: Context) {
  const definition = definitionIn(json);
  const image = textOf(objectOf(objectOf(objectOf(json["relationships"])["image"])["data"])["id"]);
  if (image !== undefined) ctx.must("image", image);
  if (image !== undefined && channel === "email") wrong("campaign-messages", "An email message takes no image.");
  const message = { ...blankMessage(campaign.id, audience, channel, ctx), label: textOf(definition["label"]) ?? campaign.name };
  ctx.rows(campaignVariations).put({
    id: ctx.ids.ulid(ctx.now),
    message: message.id,
    ...withDefinition(blankContent(channel, definition["notification_type"] === "silent", ctx), definition, DEFINITION),
    ...(image !== undefined && { image }),
    created: ctx.now,
    updated: ctx.now,
  });
  return message;
}

function definitionIn(message: Json): JsonObject {
  return objectOf(objectOf(objectOf(message)["attributes"])["definition"]);
}

function wrong(field: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/${field}` } });
}
