import { defineAction } from "../engine/declare.ts";
import { parseInput, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { copyCampaign } from "../resources/campaign-copies.ts";
import { campaigns } from "../resources/campaign-rows.ts";

/** A copy under a new id; the name without `new_name` is assumed. */
export const cloneCampaign = defineAction("create_campaign_clone", (request, ctx) => {
  const { id = "", attributes } = parseInput(request.body);
  const campaign = ctx.rows(campaigns).get(id) ?? refuse("not_found", `A campaign with id ${id} does not exist.`);
  const name = textOf(attributes["new_name"]) ?? `Clone of ${campaign.name}`;
  return ctx.reply.item(request, "campaign", copyCampaign(campaign, name, ctx));
});
