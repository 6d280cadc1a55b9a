import type { Context } from "../engine/context.ts";
import type { CampaignChannel, CampaignRow } from "../resources/campaign-rows.ts";
import { canReceive } from "../resources/consent.ts";
import { listMembers } from "../resources/lists.ts";
import { profiles, type ProfileRow } from "../resources/profile-rows.ts";
import { pushTokens } from "../resources/push-token-rows.ts";
import { segmentMemberIds } from "../segments/membership.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** When somebody last got a campaign on a channel: what Smart Sending looks at. The id is `channel profile`. */
interface ReceiptRow extends Row {
  at: number;
}

export const receipts = defineCollection<ReceiptRow>("receipts");

const HOUR_MS = 3_600_000;
/** Documented: who got one within it is passed over, not put off. */
const SMART_SENDING_MS: Record<CampaignChannel, number> = { email: 16 * HOUR_MS, sms: 24 * HOUR_MS, mobile_push: 24 * HOUR_MS };

export interface Audience {
  /** Profile ids that can receive the channel and are not passed over, ascending. */
  receivers: string[];
  /** How many Smart Sending passes over. */
  skipped: number;
}

/** Union of what is included, less what is excluded, less who cannot receive the channel, less Smart Sending (behaviour.md §2.10). */
export function audienceOf(campaign: CampaignRow, ctx: Context): Audience {
  const excluded = new Set(campaign.excluded.flatMap((id) => memberIds(id, ctx)));
  const reachable = [...new Set(campaign.included.flatMap((id) => includedIds(id, campaign.channel, ctx)))].filter(
    (id) => !excluded.has(id) && isReachable(id, campaign.channel, ctx),
  );
  const receivers = campaign.smartSending ? reachable.filter((id) => !isRecent(id, campaign.channel, ctx)) : reachable;
  return { receivers: receivers.toSorted(), skipped: reachable.length - receivers.length };
}

function memberIds(audienceId: string, ctx: Context): readonly string[] {
  if (ctx.find("segment", audienceId)) return segmentMemberIds(ctx, audienceId);
  return ctx
    .rows(listMembers)
    .where("from", audienceId)
    .map(({ to }) => to);
}

/** Who left a list gets no mail through it, though somebody may have put them back on it; through another they do. */
function includedIds(audienceId: string, channel: CampaignChannel, ctx: Context): readonly string[] {
  const ids = memberIds(audienceId, ctx);
  if (channel !== "email") return ids;
  const hasLeft = (id: string): boolean =>
    ctx
      .rows(profiles)
      .get(id)
      ?.listSuppressions?.some(({ list }) => list === audienceId) ?? false;
  return ids.filter((id) => !hasLeft(id));
}

function isReachable(profileId: string, channel: CampaignChannel, ctx: Context): boolean {
  const profile = ctx.rows(profiles).get(profileId);
  return profile !== undefined && canReceiveChannel(profile, channel, ctx);
}

export function canReceiveChannel(profile: ProfileRow, channel: CampaignChannel, ctx: Context): boolean {
  if (channel !== "mobile_push") return canReceive(profile, channel);
  return ctx
    .rows(pushTokens)
    .where("profile.id", profile.id)
    .some(({ status }) => status === "AUTHORIZED");
}

/** Transactional messages need no consent to marketing; an address that bounced, or that is invalid, gets none either way (documented). */
export function canReceiveTransactional(profile: ProfileRow, channel: CampaignChannel, ctx: Context): boolean {
  if (canReceiveChannel(profile, channel, ctx)) return true;
  if (channel === "sms") return profile.phone !== undefined && profile.otherConsents?.sms_transactional?.status === "SUBSCRIBED";
  const isUndeliverable = profile.suppressions?.some(({ reason }) => reason === "HARD_BOUNCE" || reason === "INVALID_EMAIL");
  return channel === "email" && profile.email !== undefined && !isUndeliverable;
}

/** Whether Smart Sending passes somebody over. */
export function isRecent(profileId: string, channel: CampaignChannel, ctx: Context): boolean {
  const receipt = ctx.rows(receipts).get(`${channel} ${profileId}`);
  return receipt !== undefined && ctx.now - receipt.at < SMART_SENDING_MS[channel];
}

export function noteReceipt(profileId: string, channel: CampaignChannel, ctx: Context): void {
  ctx.rows(receipts).put({ id: `${channel} ${profileId}`, at: ctx.now });
}
