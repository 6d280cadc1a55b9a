import type { Context } from "../engine/context.ts";
import type { CampaignChannel, SmartSending } from "./campaign-life.ts";
import { defaultTracking } from "./campaign-input.ts";
import { channelOf, messagesOf, type CampaignMessageRow, type CampaignRow } from "./campaign-rows.ts";

/** A message that nobody has said anything of yet. */
export function blankMessage(campaign: string, audience: string, channel: CampaignChannel, ctx: Context): CampaignMessageRow {
  return {
    id: ctx.ids.ulid(ctx.now),
    campaign,
    audience,
    status: "Draft",
    strategy: { method: "immediate" },
    smartSending: SMART,
    tracking: defaultTracking(channel, ctx),
    run: 0,
    created: ctx.now,
    updated: ctx.now,
  };
}

/** What `use_smart_sending` means, which is on by default: receipts of all messages count (assumed). */
const SMART: SmartSending = "throttle-for-campaigns-and-flows";

/** Smart Sending switched on or off, of the kind that it had before where that is on. */
export function switched(before: SmartSending, isOn: boolean | undefined): SmartSending {
  if (isOn === undefined) return before;
  if (!isOn) return "none";
  return before === "none" ? SMART : before;
}

/** Channels of a campaign's messages. */
export function channelsOf(campaign: Pick<CampaignRow, "id">, ctx: Context): CampaignChannel[] {
  return [...new Set(messagesOf(campaign, ctx).flatMap((message) => channelOf(message, ctx) ?? []))];
}
