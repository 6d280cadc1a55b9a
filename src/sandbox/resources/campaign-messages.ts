import { isoSeconds } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { objectOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { microsText } from "../engine/time.ts";
import { channelOf, definitionOf, withDefinition } from "./campaign-content.ts";
import { campaignMessages, campaigns, refuseUneditable, type CampaignMessageRow, type CampaignRow } from "./campaign-rows.ts";
import { templates } from "./template-rows.ts";

/** What a campaign says. Made with its campaign; no endpoint makes or deletes one. */
export const campaignMessageResource = defineResource<CampaignMessageRow>({
  type: "campaign-message",
  path: "/api/campaign-messages",
  channel: "stable",
  collection: campaignMessages,
  attributes: (message, ctx) => ({
    definition: definitionOf(message),
    send_times: sendTimes(message, ctx),
    created_at: microsText(message.created),
    updated_at: microsText(message.updated),
  }),
  relationships: {
    campaign: toOne("campaign", (message) => message.campaign),
    template: toOne("template", templateIdOf, { data: "when set" }),
    image: toOne("image", (message) => message.image, {
      data: "when set",
      set: (message, id, ctx) => withImage(message, id ?? undefined, ctx),
    }),
  },
  update(message, input, ctx) {
    refuseUneditable(campaignOf(message, ctx), ctx);
    const definition = objectOf(input.attributes["definition"]);
    const isOther = definition["channel"] !== undefined && channelOf(definition) !== message.channel;
    if (isOther)
      refuse("invalid", `The channel of a message cannot change; it is '${message.channel}'.`, {
        source: { pointer: "/data/attributes/definition/channel" },
      });
    const image = input.one("image");
    const before = image === undefined ? message : withImage(message, image, ctx);
    return { ...before, ...withDefinition(before, definition), updated: ctx.now };
  },
  remove({ template = "" }, ctx) {
    if (ctx.rows(templates).get(template)?.hidden) ctx.remove("template", template);
  },
});

export function campaignOf(message: CampaignMessageRow, ctx: Context): CampaignRow {
  return ctx.rows(campaigns).get(message.campaign) ?? refuse("not_found", `A campaign with id ${message.campaign} does not exist.`);
}

/** The message's own copy of a template, as long as nobody deletes it. */
export function templateIdOf(message: CampaignMessageRow, ctx: Context): string | undefined {
  return message.template !== undefined && ctx.rows(templates).has(message.template) ? message.template : undefined;
}

/** Images beside the text are for SMS and push (documented); an email has them in its template. */
function withImage(message: CampaignMessageRow, id: string | undefined, ctx: Context): CampaignMessageRow {
  if (message.channel === "email") refuse("invalid", "An email message takes no image.", { source: { pointer: "/data" } });
  refuseUneditable(campaignOf(message, ctx), ctx);
  const { image: _, ...kept } = message;
  return { ...kept, ...(id !== undefined && { image: id }), updated: ctx.now };
}

/** Empty in a draft (observed). */
function sendTimes(message: CampaignMessageRow, ctx: Context): JsonObject[] {
  const campaign = ctx.rows(campaigns).get(message.campaign);
  if (campaign?.sendAt === undefined) return [];
  return [{ datetime: isoSeconds(campaign.sendAt), is_local: campaign.strategy.method === "static" && campaign.strategy.isLocal }];
}
