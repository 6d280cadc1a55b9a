import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { microsText } from "../engine/time.ts";
import { refuseGone, refuseUneditable, removeVariation, touch, translationIdOf } from "./campaign-edits.ts";
import { campaignMessages, campaignVariations, variationsOf, type CampaignMessageRow, type CampaignVariationRow } from "./campaign-rows.ts";
import { detailsOf, withDetails } from "./variation-details.ts";

const AT = "/data/attributes/definition";

/** What a message says. With several each goes to a part of the audience. */
export const omniVariationResource = defineResource<CampaignVariationRow>({
  type: "campaign-variation",
  path: "/api/campaign-variations",
  channel: "beta",
  collection: campaignVariations,
  attributes: (variation) => ({
    created: microsText(variation.created),
    updated: microsText(variation.updated),
    definition: { name: variation.name ?? null, details: detailsOf(variation) },
  }),
  relationships: {
    "campaign-message": toOne("campaign-message", (variation) => variation.message),
    translation: toOne("translation", (variation, ctx) => translationIdOf(variation, ctx), { data: "when set" }),
    // Stated for push; the image of a text is in its details.
    image: toOne("image", ({ channel, image }) => (channel === "mobile_push" ? image : undefined), { data: "when set" }),
  },
  create(input, ctx) {
    const message = messageOf(input.one("campaign-message") ?? "", ctx);
    refuseUneditable([message], ctx);
    touch(message.campaign, ctx);
    return putVariation(message, objectOf(input.attributes["definition"]), AT, ctx);
  },
  update(variation, { attributes }, ctx) {
    const message = messageOf(variation.message, ctx);
    refuseUneditable([message], ctx);
    touch(message.campaign, ctx);
    return withDefinition({ ...variation, updated: ctx.now }, objectOf(attributes["definition"]), AT, ctx);
  },
  remove(variation, ctx) {
    const message = messageOf(variation.message, ctx);
    refuseGone([message]);
    refuseUneditable([message], ctx);
    // A message that is made without a variation gets one (documented), so it is never without (assumed).
    if (variationsOf(message, ctx).length === 1) refuse("invalid", "A message keeps at least one variation.");
    removeVariation(variation.id, ctx);
    touch(message.campaign, ctx);
  },
});

/** Makes a variation of a message; `pointer` is where its definition stands in the body. */
export function putVariation(message: CampaignMessageRow, definition: JsonObject, pointer: string, ctx: Context): CampaignVariationRow {
  const blank = { id: ctx.ids.ulid(ctx.now), message: message.id, content: {}, created: ctx.now, updated: ctx.now };
  return ctx.rows(campaignVariations).put(withDefinition(blank, definition, pointer, ctx));
}

function withDefinition(
  { name: named, ...before }: CampaignVariationRow,
  definition: JsonObject,
  pointer: string,
  ctx: Context,
): CampaignVariationRow {
  const name = definition["name"] === undefined ? named : textOf(definition["name"]);
  const after = { ...withDetails(before, definition["details"], `${pointer}/details`, ctx), ...(name !== undefined && { name }) };
  const other = variationsOf({ id: after.message }, ctx).find(({ id, channel }) => id !== after.id && channel !== undefined);
  if (other && after.channel !== undefined && other.channel !== after.channel)
    refuse("invalid", `The variations of a message have one channel; here it is '${other.channel ?? ""}'.`, {
      source: { pointer: `${pointer}/details/channel` },
    });
  return after;
}

function messageOf(id: string, ctx: Context): CampaignMessageRow {
  return ctx.rows(campaignMessages).get(id) ?? refuse("not_found", `A campaign-message with id ${id} does not exist.`);
}
