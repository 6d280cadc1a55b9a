import type { JsonObject } from "../../lib/json.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** One person. Only what is set is stored: an account has many, and most know little of themselves. Times are ms. */
export interface ProfileRow extends Row {
  email?: string;
  /** Secondary addresses: they identify the person, and are shown nowhere. */
  otherEmails?: string[];
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
  otherConsents?: Partial<Record<OtherChannel, Consent>>;
  /** Why no marketing mail is sent, whatever the consent (behaviour.md §2.3: the second axis). */
  suppressions?: Suppression[];
  /** Soft bounces in a row, while there are any. */
  softBounces?: number;
  listSuppressions?: { list: string; reason: string; at: number }[];
}

/** Channels beside email and SMS marketing, which nearly everybody has nothing to say of. */
export type OtherChannel =
  | "open_tracking"
  | "push"
  | "sms_transactional"
  | "whatsapp"
  | "whatsapp_transactional"
  | "whatsapp_conversational";

/** One channel's consent. Absent: never subscribed. */
export interface Consent {
  status: "SUBSCRIBED" | "UNSUBSCRIBED";
  /** When it was given or taken back. */
  at: number;
  /** When it was recorded, where that differs: imported consent. */
  recorded?: number;
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
    email: (profile) => emailsOf(profile),
    phone_number: (profile) => profile.phone,
    external_id: (profile) => profile.externalId,
    anonymous_id: (profile) => profile.anonymousId,
  },
});

/** Every address that identifies the person; one text for nearly everybody. */
export function emailsOf({ email, otherEmails }: ProfileRow): string | string[] | undefined {
  return otherEmails ? [...(email === undefined ? [] : [email]), ...otherEmails] : email;
}

/** The same row without the fields that are `undefined`: only what is set is stored. */
export function trimmed(
  row: { [Field in keyof ProfileRow]: ProfileRow[Field] | undefined } & Pick<ProfileRow, "id" | "created" | "updated">,
): ProfileRow {
  // Safe: what is undefined is left out.
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as object as ProfileRow;
}
