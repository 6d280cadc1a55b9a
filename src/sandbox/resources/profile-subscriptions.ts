import { isoSeconds } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { microsText } from "../engine/time.ts";
import { canReceive, consentOf, type Channel } from "./consent.ts";
import type { ProfileRow } from "./profile-rows.ts";
import { pushTokens } from "./push-token-rows.ts";

/** `subscriptions` of a profile read: what was consented to per channel, and what follows from it. */
export function subscriptionsOf(profile: ProfileRow, ctx: Context): JsonObject {
  const { emailConsent, phone, suppressions = [], listSuppressions = [] } = profile;
  return {
    email: {
      marketing: {
        can_receive_email_marketing: canReceive(profile, "email"),
        ...recordOf(profile, "email"),
        custom_method_detail: null,
        double_optin: emailConsent ? (emailConsent.doubleOptIn ?? false) : null,
        suppression: suppressions.map(({ reason, at }) => ({ reason, timestamp: isoSeconds(at) })),
        list_suppressions: listSuppressions.map(({ list, reason, at }) => ({ list_id: list, reason, timestamp: isoSeconds(at) })),
      },
      open_tracking: channelRecord(profile, "open_tracking", profile.email !== undefined),
    },
    sms: {
      marketing: { can_receive_sms_marketing: canReceive(profile, "sms"), ...recordOf(profile, "sms") },
      transactional: { can_receive_sms_transactional: isOpen(profile, "sms_transactional"), ...recordOf(profile, "sms_transactional") },
    },
    mobile_push: { marketing: pushRecord(profile, ctx) },
    whatsapp: {
      marketing: { ...channelRecord(profile, "whatsapp", phone !== undefined), phone_number: phone ?? null },
      transactional: { ...channelRecord(profile, "whatsapp_transactional", phone !== undefined), phone_number: phone ?? null },
      conversational: { ...channelRecord(profile, "whatsapp_conversational", phone !== undefined), phone_number: phone ?? null },
    },
  };
}

/** Custom properties that consent adds to those of the person; the two numbers are as recorded for consent through the API. */
export function consentProperties({ emailConsent, smsConsent }: ProfileRow): JsonObject {
  const given = Object.entries({ email: emailConsent, sms: smsConsent }).flatMap(([name, consent]) =>
    consent?.status === "SUBSCRIBED" ? [{ name, consent }] : [],
  );
  if (given.length === 0) return {};
  const lastMs = Math.max(...given.map(({ consent }) => consent.at));
  const byApi = given.some(({ consent }) => consent.method === "API_V3_SUBSCRIBE");
  return {
    ...(byApi && { $sms_consent_method: 5, $source: -9 }),
    $consent: given.map(({ name }) => name),
    $consent_timestamp: microsText(lastMs),
  };
}

function recordOf(profile: ProfileRow, channel: Channel): JsonObject {
  const consent = consentOf(profile, channel);
  return {
    consent: consent?.status ?? "NEVER_SUBSCRIBED",
    consent_timestamp: consent ? isoSeconds(consent.at) : null,
    last_updated: consent ? isoSeconds(consent.recorded ?? consent.at) : null,
    method: consent?.method ?? null,
    method_detail: consent ? (consent.methodDetail ?? "") : null,
  };
}

function channelRecord(profile: ProfileRow, channel: Channel, hasAddress: boolean): JsonObject {
  const { consent, consent_timestamp: at, last_updated: updated } = recordOf(profile, channel);
  return {
    consent: consent ?? null,
    can_receive: hasAddress && consent === "SUBSCRIBED",
    consent_timestamp: at ?? null,
    last_updated: updated ?? null,
    created_timestamp: at ?? null,
    metadata: null,
    valid_until: null,
  };
}

function isOpen(profile: ProfileRow, channel: Channel): boolean {
  return profile.phone !== undefined && consentOf(profile, channel)?.status === "SUBSCRIBED";
}

/** A device that may be written to is a consent of its own (assumed), unless the person took it back. */
function pushRecord(profile: ProfileRow, ctx: Context): JsonObject {
  const open = ctx
    .rows(pushTokens)
    .where("profile.id", profile.id)
    .filter(({ status }) => status === "AUTHORIZED" || status === "PROVISIONAL");
  const stated = consentOf(profile, "push");
  const atMs = stated?.at ?? open[0]?.created;
  const consent = stated?.status ?? (open.length > 0 ? "SUBSCRIBED" : "NEVER_SUBSCRIBED");
  return {
    consent,
    can_receive_push_marketing: consent === "SUBSCRIBED" && open.length > 0,
    consent_timestamp: atMs === undefined ? null : isoSeconds(atMs),
  };
}
