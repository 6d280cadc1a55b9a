import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import { parseInput, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { campaignMessages, campaigns, messagesOf, type CampaignMessageRow, type CampaignRow } from "../resources/campaign-rows.ts";
import { copyForMessage, templates } from "../resources/template-rows.ts";

/** A new draft with copies of messages and templates; tags stay with the original (assumed, as the name without `new_name` is). */
export const cloneCampaign = defineAction("create_campaign_clone", (request, ctx) => {
  const { id = "", attributes } = parseInput(request.body);
  const campaign = ctx.rows(campaigns).get(id) ?? refuse("not_found", `A campaign with id ${id} does not exist.`);
  const { scheduled: _, sendAt: __, ...kept } = campaign;
  const name = textOf(attributes["new_name"]) ?? `Clone of ${campaign.name}`;
  const clone: CampaignRow = { ...kept, id: ctx.ids.ulid(ctx.now), name, status: "Draft", created: ctx.now, updated: ctx.now, run: 0 };
  ctx.rows(campaigns).put(clone);
  for (const message of messagesOf(campaign, ctx)) ctx.rows(campaignMessages).put(copyMessage(message, clone, ctx));
  return ctx.reply.item(request, "campaign", clone);
});

function copyMessage(message: CampaignMessageRow, campaign: CampaignRow, ctx: Context): CampaignMessageRow {
  const template = ctx.rows(templates).get(message.template ?? "");
  const { template: _, ...kept } = message;
  const copy = { ...kept, id: ctx.ids.ulid(ctx.now), campaign: campaign.id, created: ctx.now, updated: ctx.now };
  return template ? { ...copy, template: copyForMessage(ctx, template).id } : copy;
}
