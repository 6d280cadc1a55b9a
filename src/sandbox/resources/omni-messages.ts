import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toManyByIndex, toManyIds, toOne } from "../engine/declare.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { microsText } from "../engine/time.ts";
import { refuseGone, refuseUneditable, removeMessage, touch } from "./campaign-edits.ts";
import { omniStatusOf } from "./campaign-life.ts";
import { blankMessage } from "./campaign-making.ts";
import { campaignAudiences, campaignMessages, type CampaignMessageRow } from "./campaign-rows.ts";
import { putVariations } from "./omni-inline.ts";
import { sendOptionsOf, withSendOptions } from "./omni-send-options.ts";
import { tagLinks } from "./tag-rows.ts";

/** A send to one audience of a campaign. */
export const omniMessageResource = defineResource<CampaignMessageRow>({
  type: "campaign-message",
  path: "/api/campaign-messages",
  channel: "beta",
  collection: campaignMessages,
  attributes: (message, ctx) => ({
    created: microsText(message.created),
    updated: microsText(message.updated),
    definition: {
      name: message.label ?? null,
      status: omniStatusOf(message.status),
      tracking_options: {
        is_add_utm: message.tracking["add_tracking_params"] ?? false,
        is_tracking_clicks: message.tracking["is_tracking_clicks"] ?? null,
        is_tracking_opens: message.tracking["is_tracking_opens"] ?? null,
      },
      send_options: sendOptionsOf(message, ctx),
    },
  }),
  filters: {
    campaign_id: (message) => message.campaign,
    name: (message) => message.label,
    status: (message) => omniStatusOf(message.status),
    created: (message) => message.created,
    updated: (message) => message.updated,
  },
  sorts: {
    name: (message) => message.label ?? null,
    status: (message) => omniStatusOf(message.status),
    created: (message) => message.created,
    updated: (message) => message.updated,
  },
  relationships: {
    campaign: toOne("campaign", (message) => message.campaign),
    "campaign-audience": toOne("campaign-audience", (message) => message.audience),
    "campaign-variations": toManyByIndex("campaign-variation", "message", { data: true }),
    // Nothing tags a message: it has the tags of its campaign (assumed).
    tags: toManyIds("tag", tagIdsOf, { hidden: true }),
  },
  create(input, ctx) {
    const campaign = input.one("campaign") ?? "";
    const audience = ctx.rows(campaignAudiences).get(input.one("campaign-audience") ?? "");
    if (audience?.campaign !== campaign)
      return refuse("invalid", "The audience is not of this campaign.", { source: { pointer: "/data/relationships/campaign-audience" } });
    const blank = blankMessage(campaign, audience.id, "email", ctx);
    const message = withDefinition(blank, objectOf(input.attributes["definition"]), ctx);
    putVariations(ctx.rows(campaignMessages).put(message), input.attributes["variations"], "/data/attributes/variations", ctx);
    touch(campaign, ctx);
    return message;
  },
  update(message, { attributes }, ctx) {
    refuseUneditable([message], ctx);
    touch(message.campaign, ctx);
    return withDefinition({ ...message, updated: ctx.now }, objectOf(attributes["definition"]), ctx);
  },
  remove(message, ctx) {
    refuseGone([message]);
    removeMessage(message, ctx);
    touch(message.campaign, ctx);
  },
});

function withDefinition(before: CampaignMessageRow, definition: JsonObject, ctx: Context): CampaignMessageRow {
  const { label: _, ...kept } = before;
  const { status } = definition;
  const shown = omniStatusOf(before.status);
  if (typeof status === "string" && status !== shown)
    refuse("invalid", `The status follows from scheduling and cannot be set; it is '${shown}'.`, {
      source: { pointer: "/data/attributes/definition/status" },
    });
  const label = definition["name"] === undefined ? before.label : textOf(definition["name"]);
  const { is_add_utm: utm, is_tracking_clicks: clicks, is_tracking_opens: opens } = objectOf(definition["tracking_options"]);
  const tracking = {
    ...before.tracking,
    ...(typeof utm === "boolean" && { add_tracking_params: utm }),
    ...(typeof clicks === "boolean" && { is_tracking_clicks: clicks }),
    ...(typeof opens === "boolean" && { is_tracking_opens: opens }),
  };
  return withSendOptions({ ...kept, ...(label !== undefined && { label }), tracking }, objectOf(definition["send_options"]), ctx);
}

function tagIdsOf(message: CampaignMessageRow, ctx: Context): string[] {
  return ctx
    .rows(tagLinks)
    .where("to", `campaign:${message.campaign}`)
    .map(({ from }) => from);
}
