import type { Context } from "../engine/context.ts";
import { booleanOf, textOf } from "../engine/input.ts";
import { eventsBetween } from "../metrics/aggregate.ts";
import { omniStatusOf } from "../resources/campaign-life.ts";
import { campaignAudiences, campaigns, channelOf, messagesOf, type CampaignMessageRow } from "../resources/campaign-rows.ts";
import { audienceOf, type Audience } from "./audience.ts";
import { shareOf } from "./responses.ts";

/** Who would get the message if it went out now. */
export function recipientsOf(message: CampaignMessageRow, ctx: Context): Audience {
  const { smartSending, toUnsubscribed, percentage } = message;
  const audience = ctx.rows(campaignAudiences).get(message.audience);
  const channel = channelOf(message, ctx);
  if (!audience || !channel) return { receivers: [], skipped: 0 };
  const { included, excluded } = audience;
  const found = audienceOf({ included, excluded, channel, smartSending, ...(toUnsubscribed && { toUnsubscribed }) }, ctx);
  const left = leaversOf(message, ctx);
  const isChosen = (id: string): boolean => percentage === undefined || shareOf(`${message.id} part`, id) * 100 < percentage;
  return { ...found, receivers: found.receivers.filter((id) => !left.has(id) && isChosen(id)) };
}

/**
 * Whom an exit condition takes out: those who did what its metric counts since the campaign's first message went out (assumed: the beta names
 * the setting and says nothing of its effect).
 */
function leaversOf({ id, campaign: campaignId }: CampaignMessageRow, ctx: Context): Set<string> {
  const campaign = ctx.rows(campaigns).get(campaignId);
  const metricId = textOf(campaign?.settings?.["exit_condition_conversion_metric_id"]);
  if (!campaign || metricId === undefined || !booleanOf(campaign.settings?.["exit_condition_enabled"])) return new Set();
  const begun = messagesOf(campaign, ctx).filter((each) => each.id !== id && ["sending", "sent"].includes(omniStatusOf(each.status)));
  if (begun.length === 0) return new Set();
  const from = Math.min(...begun.map(({ sendAt = ctx.now }) => sendAt));
  return new Set([...eventsBetween(ctx, { metricId, from, to: Number.POSITIVE_INFINITY })].map(({ profile }) => profile));
}
