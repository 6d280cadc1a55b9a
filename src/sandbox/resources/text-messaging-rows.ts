import type { JsonObject } from "../../lib/json.ts";
import { defineMachine } from "../engine/machine.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** One per account, under its id. */
export interface TextConfigurationRow extends Row {
  prefix: string;
  created: number;
  updated: number;
}

export type SenderStatus = "active" | "pending_registration" | "registering" | "registration_failed" | "suspended";
export type RegistrationStatus = "action_required" | "approved" | "in_review" | "rejected";
/** What carriers say. */
export type Verdict = "approve" | "ask" | "reject";

export interface TextSenderRow extends Row {
  country: string;
  number: string;
  status: SenderStatus;
  forwarding: string | null;
  /** The latest. */
  registration: string;
  created: number;
}

export interface TextRegistrationRow extends Row {
  sender: string;
  status: RegistrationStatus;
  failures: JsonObject[];
  /** How the review is going to end. */
  verdict: Verdict;
  /** When it was made, which is when it was submitted. */
  created: number;
  updated: number;
  decided?: number;
}

export const textConfigurations = defineCollection<TextConfigurationRow>("text_messaging_configurations");
export const textSenders = defineCollection<TextSenderRow>("text_messaging_senders", {
  indexes: { number: (sender) => sender.number },
});
export const textRegistrations = defineCollection<TextRegistrationRow>("text_messaging_sender_registrations");

/** A sender goes on waiting while carriers ask for more (assumed). */
export const senderLife = defineMachine<SenderStatus, Verdict | "resubmit" | "review">("text-messaging-sender", {
  pending_registration: { review: "registering" },
  registering: { approve: "active", ask: "registering", reject: "registration_failed", resubmit: "registering" },
  registration_failed: { resubmit: "registering" },
  active: {},
  suspended: {},
});

export const registrationLife = defineMachine<RegistrationStatus, Verdict | "resubmit">("text-messaging-sender-registration", {
  in_review: { approve: "approved", ask: "action_required", reject: "rejected" },
  // A new registration takes over; the former keeps its status.
  action_required: { resubmit: "action_required" },
  rejected: { resubmit: "rejected" },
  approved: {},
});
