import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineMachine } from "../engine/machine.ts";
import { refuse } from "../engine/refusal.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** Every status of the API (behaviour.md §2.10). */
export type CampaignStatus =
  | "Draft"
  | "Preparing to schedule"
  | "Scheduled"
  | "Preparing to send"
  | "Adding Recipients"
  | "Queued without Recipients"
  | "Sending"
  | "Sending Segments"
  | "Sent"
  | "Variations Sent"
  | "Cancelled"
  | "Cancelled: Account Disabled"
  | "Cancelled: Billing Limit"
  | "Cancelled: Internal Error"
  | "Cancelled: Misconfigured"
  | "Cancelled: No Recipients"
  | "Cancelled: Smart Sending"
  | "Unknown";

export type CampaignEvent =
  | "plan"
  | "planned"
  | "prepare"
  | "gather"
  | "find nobody"
  | "send"
  | "finish"
  | "cancel"
  | "revert"
  | "end without recipients"
  | "end by smart sending"
  | "end misconfigured";

const unstarted = { cancel: "Cancelled", revert: "Draft", "end misconfigured": "Cancelled: Misconfigured" } as const;

/** From a draft to the last message. A cancelled campaign stays so: it is cloned to be used again. */
export const campaignLife = defineMachine<CampaignStatus, CampaignEvent>("campaign", {
  Draft: { plan: "Preparing to schedule", prepare: "Preparing to send" },
  "Preparing to schedule": { ...unstarted, planned: "Scheduled" },
  Scheduled: { ...unstarted, prepare: "Preparing to send" },
  "Preparing to send": { ...unstarted, gather: "Adding Recipients" },
  "Adding Recipients": {
    cancel: "Cancelled",
    send: "Sending",
    "find nobody": "Queued without Recipients",
    "end by smart sending": "Cancelled: Smart Sending",
  },
  "Queued without Recipients": { cancel: "Cancelled", "end without recipients": "Cancelled: No Recipients" },
  Sending: { cancel: "Cancelled", finish: "Sent" },
  "Sending Segments": { cancel: "Cancelled", finish: "Sent" },
  Sent: {},
  "Variations Sent": { cancel: "Cancelled", finish: "Sent" },
  Cancelled: {},
  "Cancelled: Account Disabled": {},
  "Cancelled: Billing Limit": {},
  "Cancelled: Internal Error": {},
  "Cancelled: Misconfigured": {},
  "Cancelled: No Recipients": {},
  "Cancelled: Smart Sending": {},
  Unknown: {},
});

/** When a campaign goes out. Times are ms. */
export type Strategy =
  | { method: "immediate" }
  /** Made in the editor alone: the API shows that it was a test, and takes none. */
  | { method: "ab_test_campaign" }
  | { method: "static"; at: number; isLocal: boolean; sendPast: boolean }
  | { method: "throttled"; at: number; percentage: number }
  | { method: "smart_send_time"; date: string };

export type CampaignChannel = "email" | "mobile_push" | "sms";

export interface CampaignRow extends Row {
  name: string;
  status: CampaignStatus;
  channel: CampaignChannel;
  included: readonly string[];
  excluded: readonly string[];
  smartSending: boolean;
  tracking: JsonObject;
  strategy: Strategy;
  created: number;
  updated: number;
  /** When the send was asked for and accepted. */
  scheduled?: number;
  /** When it begins, or began. */
  sendAt?: number;
  /** Counts the sends that were asked for: what was put off for an earlier one is void. */
  run: number;
}

export const campaigns = defineCollection<CampaignRow>("campaigns", {
  indexes: { "messages.channel": (campaign) => campaign.channel, status: (campaign) => campaign.status },
});

export interface CampaignMessageRow extends Row {
  campaign: string;
  label: string;
  channel: CampaignChannel;
  /** As the API shows it, every member set. */
  content: JsonObject;
  /** Of SMS. */
  renderOptions?: JsonObject;
  /** Of push. */
  push?: { silent: boolean; kvPairs: JsonObject | null; options: JsonObject | null };
  template?: string;
  image?: string;
  created: number;
  updated: number;
}

export const campaignMessages = defineCollection<CampaignMessageRow>("campaign_messages", {
  indexes: { campaign: (message) => message.campaign },
});

export function messagesOf(campaign: Pick<CampaignRow, "id">, ctx: Context): CampaignMessageRow[] {
  return ctx.rows(campaignMessages).where("campaign", campaign.id);
}

const EDITABLE_BEFORE_MS = 15 * 60_000;

/** Drafts can be edited, and what is scheduled up to 15 minutes before it goes out (documented; the status code is assumed). */
export function refuseUneditable(campaign: CampaignRow, ctx: Context): void {
  if (campaign.status === "Draft") return;
  if (campaign.status !== "Scheduled") refuse("conflict", `A campaign with status '${campaign.status}' cannot be edited.`);
  if ((campaign.sendAt ?? 0) - ctx.now < EDITABLE_BEFORE_MS)
    refuse("conflict", "A campaign cannot be edited within 15 minutes of its send time.");
}
