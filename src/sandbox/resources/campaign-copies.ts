import type { Context } from "../engine/context.ts";
import {
  audiencesOf,
  campaignAudiences,
  campaignMessages,
  campaigns,
  campaignVariations,
  messagesOf,
  variationsOf,
  type CampaignAudienceRow,
  type CampaignMessageRow,
  type CampaignRow,
} from "./campaign-rows.ts";
import { copyForMessage, templates } from "./template-rows.ts";

/** A new draft with copies of all its parts and templates; tags stay with the original (assumed). */
export function copyCampaign(campaign: CampaignRow, name: string, ctx: Context): CampaignRow {
  const { scheduled: _, archived: __, ...kept } = campaign;
  const copy = ctx.rows(campaigns).put({ ...kept, id: ctx.ids.ulid(ctx.now), name, created: ctx.now, updated: ctx.now });
  const audiences = new Map(audiencesOf(campaign, ctx).map((each) => [each.id, copyAudience(each, copy.id, each.name, ctx)]));
  for (const message of messagesOf(campaign, ctx)) {
    const audience = audiences.get(message.audience);
    if (audience) copyMessage(message, audience, message.label, ctx);
  }
  return copy;
}

/** The same groups for another campaign, or once more for its own; without the messages. */
export function copyAudience(audience: CampaignAudienceRow, campaign: string, name: string | undefined, ctx: Context): CampaignAudienceRow {
  const { name: _, ...kept } = audience;
  const copy = {
    ...kept,
    id: ctx.ids.ulid(ctx.now),
    campaign,
    ...(name !== undefined && { name }),
    created: ctx.now,
    updated: ctx.now,
  };
  return ctx.rows(campaignAudiences).put(copy);
}

/** A draft with the same variations for another audience. */
export function copyMessage(
  message: CampaignMessageRow,
  audience: CampaignAudienceRow,
  label: string | undefined,
  ctx: Context,
): CampaignMessageRow {
  const { sendAt: _, label: __, ...kept } = message;
  const copy = ctx.rows(campaignMessages).put({
    ...kept,
    id: ctx.ids.ulid(ctx.now),
    campaign: audience.campaign,
    audience: audience.id,
    ...(label !== undefined && { label }),
    status: "Draft",
    run: 0,
    created: ctx.now,
    updated: ctx.now,
  });
  for (const { template: old, ...variation } of variationsOf(message, ctx)) {
    const template = ctx.rows(templates).get(old ?? "");
    ctx.rows(campaignVariations).put({
      ...variation,
      ...(template && { template: copyForMessage(ctx, template).id }),
      id: ctx.ids.ulid(ctx.now),
      message: copy.id,
      created: ctx.now,
      updated: ctx.now,
    });
  }
  return copy;
}
