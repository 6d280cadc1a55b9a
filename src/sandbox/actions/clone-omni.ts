import { defineAction, type Action } from "../engine/declare.ts";
import { parseInput, textOf, type Input } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { copyAudience, copyCampaign, copyMessage } from "../resources/campaign-copies.ts";
import { touch } from "../resources/campaign-edits.ts";
import { campaignAudiences, campaignMessages, campaigns } from "../resources/campaign-rows.ts";

/** The name of the copy is documented. */
const cloneOmniCampaign = defineAction("clone_campaign_beta", (request, ctx) => {
  const { id = "", attributes } = parseInput(request.body);
  const campaign = ctx.rows(campaigns).get(id) ?? missing("campaign", id);
  return ctx.reply.item(request, "campaign", copyCampaign(campaign, textOf(attributes["name"]) ?? `Copy of ${campaign.name}`, ctx));
});

/** Into another campaign, or its own where none is named (documented). */
const cloneAudience = defineAction("clone_campaign_audience_beta", (request, ctx) => {
  const input = parseInput(request.body);
  const id = sourceOf(input);
  const audience = ctx.rows(campaignAudiences).get(id) ?? missing("campaign-audience", id);
  const campaign = input.one("campaign") ?? audience.campaign;
  ctx.must("campaign", campaign);
  touch(campaign, ctx);
  return ctx.reply.item(request, "campaign-audience", copyAudience(audience, campaign, nameOf(input) ?? audience.name, ctx));
});

/** For an audience of its own campaign or of another one. */
const cloneMessage = defineAction("clone_campaign_message_beta", (request, ctx) => {
  const input = parseInput(request.body);
  const id = sourceOf(input);
  const message = ctx.rows(campaignMessages).get(id) ?? missing("campaign-message", id);
  const target = input.one("campaign-audience") ?? "";
  const audience = ctx.rows(campaignAudiences).get(target) ?? missing("campaign-audience", target);
  touch(audience.campaign, ctx);
  return ctx.reply.item(request, "campaign-message", copyMessage(message, audience, nameOf(input) ?? message.label, ctx));
});

export const omniClones: readonly Action[] = [cloneOmniCampaign, cloneAudience, cloneMessage];

/** The body names what is cloned twice. */
function sourceOf({ id = "", attributes }: Input): string {
  if (attributes["id"] !== id)
    refuse("invalid", "The id among the attributes must match the id of the data.", { source: { pointer: "/data/attributes/id" } });
  return id;
}

function nameOf({ attributes }: Input): string | undefined {
  return textOf(attributes["name"]);
}

function missing(type: string, id: string): never {
  refuse("not_found", `A ${type} with id ${id} does not exist.`);
}
