import type { JsonObject } from "../../lib/json.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** One person. Only what is set is stored: an account has many, and most know little of themselves. Times are ms. */
export interface ProfileRow extends Row {
  email?: string;
  phone?: string;
  externalId?: string;
  anonymousId?: string;
  firstName?: string;
  lastName?: string;
  organization?: string;
  locale?: string;
  title?: string;
  image?: string;
  /** Members as in the API: `city`, `country`, `timezone`, `latitude` … */
  location?: JsonObject;
  properties?: JsonObject;
  created: number;
  updated: number;
  lastEvent?: number;
  emailConsent?: Consent;
  smsConsent?: Consent;
  /** Why no marketing mail is sent, whatever the consent (behaviour.md §2.3: the second axis). */
  suppressions?: Suppression[];
  listSuppressions?: { list: string; reason: string; at: number }[];
}

/** One channel's consent. Absent: never subscribed. */
export interface Consent {
  status: "SUBSCRIBED" | "UNSUBSCRIBED";
  at: number;
  method: string;
  methodDetail?: string;
  doubleOptIn?: boolean;
}

export interface Suppression {
  reason: "HARD_BOUNCE" | "INVALID_EMAIL" | "SPAM_COMPLAINT" | "UNSUBSCRIBE" | "USER_SUPPRESSED";
  at: number;
}

/** Every identifier belongs to one profile at most. */
export const profiles = defineCollection<ProfileRow>("profiles", {
  unique: {
    email: (profile) => profile.email,
    phone_number: (profile) => profile.phone,
    external_id: (profile) => profile.externalId,
  },
});
