import type { Context } from "../engine/context.ts";
import type { CampaignChannel, SmartSending } from "../resources/campaign-life.ts";
import type { Groups } from "../resources/campaign-input.ts";
import { canReceive } from "../resources/consent.ts";
import { listMembers } from "../resources/lists.ts";
import { profiles, type ProfileRow } from "../resources/profile-rows.ts";
import { pushTokens } from "../resources/push-token-rows.ts";
import { segmentMemberIds } from "../segments/membership.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** Who sends. */
export type Sender = "campaign" | "flow";

/** When somebody last got a message on a channel, and from whom: what Smart Sending looks at. The id is `channel profile`. */
interface ReceiptRow extends Row, Partial<Record<Sender, number>> {
  at: number;
}

export const receipts = defineCollection<ReceiptRow>("receipts");

const HOUR_MS = 3_600_000;
/** Documented: who got one within it is passed over, not put off. */
const SMART_SENDING_MS: Record<CampaignChannel, number> = {
  email: 16 * HOUR_MS,
  sms: 24 * HOUR_MS,
  mobile_push: 24 * HOUR_MS,
  whatsapp: 24 * HOUR_MS,
};

export interface Audience {
  /** Profile ids that can receive the channel and are not passed over, ascending. */
  receivers: string[];
  /** How many Smart Sending passes over. */
  skipped: number;
}

/** Whom a send is for. */
export interface Addressing extends Groups {
  channel: CampaignChannel;
  smartSending: SmartSending;
  /** To those too who said no to marketing. */
  toUnsubscribed?: true;
}

const LOOKED_AT: Record<SmartSending, readonly Sender[]> = {
  none: [],
  "throttle-for-campaigns": ["campaign"],
  "throttle-for-campaigns-and-flows": ["campaign", "flow"],
  "throttle-for-flows": ["flow"],
};

/** Union of what is included, less what is excluded, less who cannot receive the channel, less Smart Sending (behaviour.md §2.10). */
export function audienceOf({ included, excluded, channel, smartSending, toUnsubscribed }: Addressing, ctx: Context): Audience {
  const left = new Set(excluded.flatMap((id) => memberIds(id, ctx)));
  const mayReceive = toUnsubscribed ? canReceiveTransactional : canReceiveChannel;
  const reachable = [...new Set(included.flatMap((id) => includedIds(id, channel, ctx)))].filter((id) => {
    const profile = left.has(id) ? undefined : ctx.rows(profiles).get(id);
    return profile !== undefined && mayReceive(profile, channel, ctx);
  });
  const receivers = reachable.filter((id) => !isRecent(id, channel, ctx, LOOKED_AT[smartSending]));
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

export function canReceiveChannel(profile: ProfileRow, channel: CampaignChannel, ctx: Context): boolean {
  if (channel === "whatsapp") return profile.phone !== undefined && profile.otherConsents?.whatsapp?.status === "SUBSCRIBED";
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

const SENDERS = ["campaign", "flow"] as const;

/** Whether Smart Sending passes somebody over. */
export function isRecent(profileId: string, channel: CampaignChannel, ctx: Context, senders: readonly Sender[] = SENDERS): boolean {
  const receipt = ctx.rows(receipts).get(`${channel} ${profileId}`);
  return senders.some((sender) => ctx.now - (receipt?.[sender] ?? Number.NEGATIVE_INFINITY) < SMART_SENDING_MS[channel]);
}

export function noteReceipt(profileId: string, channel: CampaignChannel, sender: Sender, ctx: Context): void {
  const id = `${channel} ${profileId}`;
  ctx.rows(receipts).put({ ...ctx.rows(receipts).get(id), id, at: ctx.now, [sender]: ctx.now });
}
