import { defineMachine } from "../engine/machine.ts";

/** Every status of the API (behaviour.md §2.10). It is a message's: a campaign of the stable model has one and shows its status. */
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

export type OmniStatus = "cancelled" | "draft" | "scheduled" | "sending" | "sent";

/** The five statuses of the beta model, from the many of the stable one. */
export function omniStatusOf(status: CampaignStatus): OmniStatus {
  if (status === "Draft") return "draft";
  if (status === "Preparing to schedule" || status === "Scheduled") return "scheduled";
  if (status === "Sent" || status === "Variations Sent") return "sent";
  return status.startsWith("Cancelled") ? "cancelled" : "sending";
}

const STANDING: readonly OmniStatus[] = ["sending", "scheduled", "draft", "sent", "cancelled"];

/** What a campaign shows of its messages: the one that still needs most attention (assumed; the stable model knows one message only). */
export function statusAmong(statuses: readonly CampaignStatus[]): CampaignStatus {
  const rank = (status: CampaignStatus): number => STANDING.indexOf(omniStatusOf(status));
  return statuses.toSorted((a, b) => rank(a) - rank(b))[0] ?? "Draft";
}

/** When a message goes out. Times are ms. */
export type Strategy =
  | { method: "immediate" }
  /** By local time, who is past it gets it at once (`sendPast`), the next day (`nextDay`) or not at all. */
  | { method: "static"; at: number; isLocal: boolean; sendPast: boolean; nextDay?: true }
  | { method: "throttled"; at: number; percentage: number; perMinute?: true }
  | { method: "smart_send_time"; date: string };

/** Whose earlier messages Smart Sending looks at. */
export type SmartSending = "none" | "throttle-for-campaigns" | "throttle-for-campaigns-and-flows" | "throttle-for-flows";

export type CampaignChannel = "email" | "mobile_push" | "sms" | "whatsapp";
