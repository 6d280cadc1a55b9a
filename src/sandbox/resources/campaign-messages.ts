import { isoSeconds } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { microsText } from "../engine/time.ts";
import { definitionOf, statedChannel, templateIdOf, withDefinition } from "./campaign-content.ts";
import { refuseUneditable } from "./campaign-edits.ts";
import { campaignMessages, campaignVariations, variationsOf, type CampaignMessageRow, type CampaignVariationRow } from "./campaign-rows.ts";

/** What a campaign says. Made with its campaign; no stable endpoint makes or deletes one. Of several variations it shows the first. */
export const campaignMessageResource = defineResource<CampaignMessageRow>({
  type: "campaign-message",
  path: "/api/campaign-messages",
  channel: "stable",
  collection: campaignMessages,
  attributes: (message, ctx) => ({
    definition: definitionOf(firstVariation(message, ctx), message.label ?? ""),
    send_times: sendTimes(message),
    created_at: microsText(message.created),
    updated_at: microsText(message.updated),
  }),
  relationships: {
    campaign: toOne("campaign", (message) => message.campaign),
    template: toOne("template", (message, ctx) => templateIdOf(firstVariation(message, ctx), ctx), { data: "when set" }),
    image: toOne("image", (message, ctx) => firstVariation(message, ctx).image, {
      data: "when set",
      set(message, id, ctx) {
        refuseUneditable([message], ctx);
        ctx.rows(campaignVariations).put(withImage(firstVariation(message, ctx), id ?? undefined, ctx));
        return { ...message, updated: ctx.now };
      },
    }),
  },
  update(message, input, ctx) {
    refuseUneditable([message], ctx);
    const variation = firstVariation(message, ctx);
    const definition = objectOf(input.attributes["definition"]);
    const isOther = definition["channel"] !== undefined && statedChannel(definition) !== variation.channel;
    if (isOther)
      refuse("invalid", `The channel of a message cannot change; it is '${variation.channel ?? "none"}'.`, {
        source: { pointer: "/data/attributes/definition/channel" },
      });
    const image = input.one("image");
    const before = image === undefined ? variation : withImage(variation, image, ctx);
    ctx.rows(campaignVariations).put({ ...withDefinition(before, definition), updated: ctx.now });
    const label = textOf(definition["label"]) ?? message.label;
    return { ...message, ...(label !== undefined && { label }), updated: ctx.now };
  },
});

/** Every message has a variation, from its making to its end. */
export function firstVariation(message: CampaignMessageRow, ctx: Context): CampaignVariationRow {
  const [variation] = variationsOf(message, ctx);
  return variation ?? refuse("error", `The message ${message.id} has no variation.`);
}

/** Images beside the text are for SMS and push (documented); an email has them in its template. */
function withImage(variation: CampaignVariationRow, id: string | undefined, ctx: Context): CampaignVariationRow {
  if (variation.channel === "email") refuse("invalid", "An email message takes no image.", { source: { pointer: "/data" } });
  const { image: _, ...kept } = variation;
  return { ...kept, ...(id !== undefined && { image: id }), updated: ctx.now };
}

/** Empty in a draft (observed). */
function sendTimes({ sendAt, strategy }: CampaignMessageRow): JsonObject[] {
  if (sendAt === undefined) return [];
  return [{ datetime: isoSeconds(sendAt), is_local: strategy.method === "static" && strategy.isLocal }];
}
