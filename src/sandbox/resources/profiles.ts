import { isoSeconds } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toManyByIndex, toManyIds, toManyLinks } from "../engine/declare.ts";
import { timeText } from "../engine/time.ts";
import { isSegmentMember } from "../segments/membership.ts";
import { awaitingConfirmation, forgetConfirmation } from "./confirmations.ts";
import { conversations } from "./conversation-rows.ts";
import { removeEvents } from "./event-log.ts";
import { listMembers } from "./lists.ts";
import { predictiveAnalytics } from "./predictive.ts";
import { eraseProfile } from "./profile-erasure.ts";
import { parseProfile } from "./profile-input.ts";
import { mergeProfiles } from "./profile-merge.ts";
import { emailsOf, profiles, type ProfileRow } from "./profile-rows.ts";
import { consentProperties, subscriptionsOf } from "./profile-subscriptions.ts";
import { kxOf, newProfile } from "./profile-upsert.ts";
import { pushTokens } from "./push-token-rows.ts";
import { unlinkProfile } from "./record-links.ts";
import { segments } from "./segment-rows.ts";

const SUPPRESSION = "subscriptions.email.marketing.suppression";
const LIST_SUPPRESSIONS = "subscriptions.email.marketing.list_suppressions";

/** People (behaviour.md §2.2). There is no DELETE: a person goes by merge or by erasure. */
export const profileResource = defineResource<ProfileRow>({
  type: "profile",
  path: "/api/profiles",
  collection: profiles,
  collections: [awaitingConfirmation],
  attributes: profileAttributes,
  additional: {
    subscriptions: subscriptionsOf,
    predictive_analytics: (profile, ctx) => predictiveAnalytics(ctx, profile),
  },
  filters: {
    email: (profile) => emailsOf(profile),
    phone_number: (profile) => profile.phone,
    external_id: (profile) => profile.externalId,
    _kx: (profile, ctx) => kxOf(ctx, profile.id),
    created: (profile) => profile.created,
    updated: (profile) => profile.updated,
    [`${SUPPRESSION}.reason`]: ({ suppressions }) => suppressions?.map(({ reason }) => reason),
    [`${SUPPRESSION}.timestamp`]: ({ suppressions }) => suppressions?.map(({ at }) => at),
    [`${LIST_SUPPRESSIONS}.reason`]: ({ listSuppressions }) => listSuppressions?.map(({ reason }) => reason),
    [`${LIST_SUPPRESSIONS}.timestamp`]: ({ listSuppressions }) => listSuppressions?.map(({ at }) => at),
    [`${LIST_SUPPRESSIONS}.list_id`]: ({ listSuppressions }) => listSuppressions?.map(({ list }) => list),
    // Fields of the reads of lists and segments.
    profile_id: (profile) => profile.id,
    push_token: (profile, ctx) =>
      ctx
        .rows(pushTokens)
        .where("profile.id", profile.id)
        .map(({ token }) => token),
  },
  sorts: {
    created: (profile) => profile.created,
    updated: (profile) => profile.updated,
    email: (profile) => profile.email ?? null,
    // Who has none comes first, so that a descending sort begins with the latest.
    [`${SUPPRESSION}.timestamp`]: ({ suppressions = [] }) => Math.max(0, ...suppressions.map(({ at }) => at)),
    [`${LIST_SUPPRESSIONS}.timestamp`]: ({ listSuppressions = [] }) => Math.max(0, ...listSuppressions.map(({ at }) => at)),
  },
  relationships: {
    lists: toManyLinks("list", { links: listMembers, side: "to" }),
    segments: toManyIds("segment", segmentIdsOf),
    "push-tokens": toManyByIndex("push-token", "profile.id"),
    conversations: toManyByIndex("conversation", "profile"),
  },
  create: ({ attributes }, ctx) => newProfile(ctx, parseProfile({ attributes })),
  remove(profile, ctx) {
    for (const token of ctx.rows(pushTokens).where("profile.id", profile.id)) ctx.remove("push-token", token.id);
    for (const conversation of ctx.rows(conversations).where("profile", profile.id)) ctx.remove("conversation", conversation.id);
    unlinkProfile(ctx, profile.id);
    removeEvents(ctx, profile.id);
  },
  tasks: {
    merge_profiles: mergeProfiles,
    erase_profile: eraseProfile,
    forget_confirmation: forgetConfirmation,
  },
});

function segmentIdsOf(profile: ProfileRow, ctx: Context): string[] {
  const all = [...ctx.rows(segments).all()].filter((segment) => isSegmentMember(ctx, segment, profile));
  return all.map(({ id }) => id).toSorted();
}

/** Every attribute is there in every answer, null where nothing is known (observed). */
function profileAttributes(profile: ProfileRow, ctx: Context): JsonObject {
  // Observed: the answer to a create has microseconds, the answer to a change has not.
  const time = (atMs: number): string => (profile.created === ctx.now ? timeText(atMs, ctx) : isoSeconds(atMs));
  return {
    email: profile.email ?? null,
    phone_number: profile.phone ?? null,
    external_id: profile.externalId ?? null,
    // Input only since 2026-01-15, still there as null.
    anonymous_id: null,
    whatsapp_bsuid: null,
    first_name: profile.firstName ?? null,
    last_name: profile.lastName ?? null,
    organization: profile.organization ?? null,
    locale: profile.locale ?? null,
    title: profile.title ?? null,
    image: profile.image ?? null,
    created: time(profile.created),
    updated: time(profile.updated),
    last_event_date: profile.lastEvent === undefined ? null : isoSeconds(profile.lastEvent),
    location: { ...NO_LOCATION, ...profile.location },
    properties: { ...profile.properties, ...consentProperties(profile) },
  };
}

const NO_LOCATION: JsonObject = {
  address1: null,
  address2: null,
  city: null,
  country: null,
  latitude: null,
  longitude: null,
  region: null,
  zip: null,
  timezone: null,
  ip: null,
};
