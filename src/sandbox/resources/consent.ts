import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { linkId } from "../engine/declare.ts";
import { refuse } from "../engine/refusal.ts";
import { recordEvent } from "./event-log.ts";
import { listMembers, lists } from "./lists.ts";
import { profiles, trimmed, type Consent, type OtherChannel, type ProfileRow, type Suppression } from "./profile-rows.ts";

/** `email` and `sms` stand for marketing on that channel. */
export type Channel = "email" | "sms" | OtherChannel;

/** Consent and suppression are two axes (behaviour.md §2.3): implied consent is enough for email, text messages need an explicit one. */
export function canReceive(profile: ProfileRow, channel: "email" | "sms"): boolean {
  if (channel === "sms") return profile.phone !== undefined && profile.smsConsent?.status === "SUBSCRIBED";
  return profile.email !== undefined && !profile.suppressions && profile.emailConsent?.status !== "UNSUBSCRIBED";
}

export function consentOf(profile: ProfileRow, channel: Channel): Consent | undefined {
  if (channel === "email") return profile.emailConsent;
  return channel === "sms" ? profile.smsConsent : profile.otherConsents?.[channel];
}

export interface Subscribing {
  channel: Channel;
  /** When consent was given, ms; default now. */
  at?: number;
  method?: string;
  methodDetail?: string;
  doubleOptIn?: boolean;
  /** The person goes on this list too. */
  list?: string;
  /** Consent that was given long ago: nobody is told of the list's new member (behaviour.md §2.3 rule 3). */
  isHistorical?: boolean;
}

/** Suppressions that end when the person subscribes again; bounces and bad addresses stay. */
const LIFTED: readonly Suppression["reason"][] = ["UNSUBSCRIBE", "SPAM_COMPLAINT", "USER_SUPPRESSED"];
/** Deliverability before manual ones. */
const RANKED: readonly Suppression["reason"][] = ["HARD_BOUNCE", "INVALID_EMAIL", "SPAM_COMPLAINT", "UNSUBSCRIBE", "USER_SUPPRESSED"];
const EVENT_CHANNELS: Partial<Record<Channel, string>> = { email: "Email", sms: "Text Messaging" };

/** Records consent at once. Events come only when the person was not an active subscriber before, or not one of the list. */
export function subscribe(ctx: Context, profileId: string, { channel, list, ...how }: Subscribing): void {
  const { at = ctx.now, method = "API_V3_SUBSCRIBE", methodDetail, doubleOptIn = false, isHistorical = false } = how;
  const before = mustProfile(ctx, profileId);
  const known = consentOf(before, channel);
  const isOut = channel === "email" && (before.suppressions ?? before.listSuppressions?.find((each) => each.list === list)) !== undefined;
  const wasActive = known?.status === "SUBSCRIBED" && !isOut;
  const consent: Consent = { status: "SUBSCRIBED", at, ...(at !== ctx.now && { recorded: ctx.now }), method };
  if (methodDetail !== undefined) consent.methodDetail = methodDetail;
  if (channel === "email") consent.doubleOptIn = doubleOptIn || (wasActive && known.doubleOptIn === true);
  const kept = (before.suppressions ?? []).filter(({ reason }) => !LIFTED.includes(reason));
  const keptLists = (before.listSuppressions ?? []).filter((each) => each.list !== list);
  // Observed: to subscribe again renews the consent, without an event (recorded/list-profiles.json, then recorded/profiles.json).
  const after = wasActive && at < known.at ? before : withConsent(before, channel, consent);
  save(ctx, channel === "email" ? withSuppressions(after, kept, keptLists) : after, before);
  if (list !== undefined) join(ctx, list, profileId, isHistorical);
  if (wasActive) return;
  const listName = list === undefined ? undefined : ctx.rows(lists).get(list)?.name;
  const about: JsonObject = { list_id: list ?? null, list_name: listName ?? null };
  const name = EVENT_CHANNELS[channel];
  if (name === undefined) return;
  if (list !== undefined) recordListEvent(ctx, profileId, "Subscribed to List", list);
  recordEvent(ctx, {
    metric: `Subscribed to ${name} Marketing`,
    service: "klaviyo",
    profileId,
    properties: {
      ...addressOf(before, channel),
      ...about,
      double_optin: doubleOptIn,
      method,
      method_detail: methodDetail ?? null,
      custom_method_detail: null,
    },
    uniqueId: `${profileId}${ctx.accountId}${Math.floor(ctx.now / 1000)}`,
  });
}

function join(ctx: Context, list: string, profile: string, isQuiet: boolean): void {
  const members = ctx.rows(listMembers);
  const id = linkId(list, profile);
  if (!isQuiet) ctx.link("list", list, "profiles", [profile]);
  else if (!members.has(id)) members.put({ id, from: list, to: profile, at: ctx.now });
}

/**
 * Takes consent back. With a `list` that the person is on, only mail of that list ends; when the person is not on it, all of the channel's
 * marketing does, as without a list. Text messages and push have no per-list consent, so they always end (assumed).
 */
export function unsubscribe(
  ctx: Context,
  profileId: string,
  { channel, method, list }: Pick<Subscribing, "channel" | "method" | "list">,
): void {
  const before = mustProfile(ctx, profileId);
  const isMember = list !== undefined && ctx.rows(listMembers).has(linkId(list, profileId));
  if (isMember) ctx.unlink("list", list, "profiles", [profileId]);
  if (isMember && channel === "email") {
    const others = (before.listSuppressions ?? []).filter((each) => each.list !== list);
    save(ctx, withSuppressions(before, before.suppressions ?? [], [...others, { list, reason: "UNSUBSCRIBE", at: ctx.now }]), before);
    recordListEvent(ctx, profileId, "Unsubscribed from List", list);
    return recordLeaving(ctx, before, { channel, method, list });
  }
  const wasOut = consentOf(before, channel)?.status === "UNSUBSCRIBED";
  if (wasOut) return;
  const consent: Consent = { status: "UNSUBSCRIBED", at: ctx.now, method: method ?? "API_V3_UNSUBSCRIBE" };
  let after = withConsent(before, channel, consent);
  // Who opts out of marketing texts gets no transactional ones either.
  if (channel === "sms") after = withConsent(after, "sms_transactional", consent);
  if (channel === "email") after = withSuppression(after, "UNSUBSCRIBE", ctx.now);
  save(ctx, after, before);
  recordLeaving(ctx, before, { channel, method, list });
}

/** Observed (recorded/events.json): it names the list, and the method and detail of the consent that ends rather than its own. */
function recordLeaving(
  ctx: Context,
  before: ProfileRow,
  { channel, method, list }: { channel: Channel; method: string | undefined; list: string | undefined },
): void {
  const name = EVENT_CHANNELS[channel];
  if (name === undefined) return;
  const ended = consentOf(before, channel);
  const properties: JsonObject = {
    ...addressOf(before, channel),
    list_ids: list === undefined ? [] : [list],
    list_names: list === undefined ? [] : [ctx.rows(lists).get(list)?.name ?? null],
    method: method ?? ended?.method ?? "API_V3_UNSUBSCRIBE",
    method_detail: (method === undefined ? ended?.methodDetail : undefined) ?? null,
  };
  recordEvent(ctx, { metric: `Unsubscribed from ${name} Marketing`, service: "klaviyo", profileId: before.id, properties });
}

/** Stops all marketing mail, whatever the consent, which stays. False when that reason is there already, or there is no address. */
export function suppress(ctx: Context, profileId: string, reason: Suppression["reason"]): boolean {
  const before = mustProfile(ctx, profileId);
  if (before.email === undefined || before.suppressions?.some((each) => each.reason === reason)) return false;
  save(ctx, withSuppression(before, reason, ctx.now), before);
  if (reason === "USER_SUPPRESSED") recordManual(ctx, before, "Manually Suppressed from Email Marketing", "suppression_method");
  return true;
}

/** Lifts a manual suppression, no other. False when there is none. */
export function unsuppress(ctx: Context, profileId: string): boolean {
  const before = mustProfile(ctx, profileId);
  const kept = (before.suppressions ?? []).filter(({ reason }) => reason !== "USER_SUPPRESSED");
  if (kept.length === (before.suppressions ?? []).length) return false;
  save(ctx, withSuppressions(before, kept, before.listSuppressions ?? []), before);
  recordManual(ctx, before, "Manually Unsuppressed from Email Marketing", "unsuppression_method");
  return true;
}

/** A changed number has no consent: it hangs on the number, not on the person. */
export function withoutPhoneConsent(profile: ProfileRow): ProfileRow {
  const kept = Object.entries(profile.otherConsents ?? {}).filter(([channel]) => channel === "push" || channel === "open_tracking");
  return trimmed({ ...profile, smsConsent: undefined, otherConsents: kept.length > 0 ? Object.fromEntries(kept) : undefined });
}

function mustProfile(ctx: Context, id: string): ProfileRow {
  return ctx.rows(profiles).get(id) ?? refuse("not_found", `A profile with id ${id} does not exist.`);
}

function save(ctx: Context, after: ProfileRow, before: ProfileRow): void {
  if (after !== before) ctx.rows(profiles).put({ ...after, updated: ctx.now });
}

function withConsent(profile: ProfileRow, channel: Channel, consent: Consent): ProfileRow {
  if (channel === "email") return { ...profile, emailConsent: consent };
  if (channel === "sms") return { ...profile, smsConsent: consent };
  return { ...profile, otherConsents: { ...profile.otherConsents, [channel]: consent } };
}

function withSuppression(profile: ProfileRow, reason: Suppression["reason"], at: number): ProfileRow {
  const others = (profile.suppressions ?? []).filter((each) => each.reason !== reason);
  return withSuppressions(profile, [...others, { reason, at }], profile.listSuppressions ?? []);
}

/** The same row when nothing is different. */
function withSuppressions(
  profile: ProfileRow,
  all: readonly Suppression[],
  ofLists: NonNullable<ProfileRow["listSuppressions"]>,
): ProfileRow {
  const { suppressions = [], listSuppressions = [] } = profile;
  const isSame =
    all.length === suppressions.length &&
    ofLists.length === listSuppressions.length &&
    all.every((each) => suppressions.includes(each)) &&
    ofLists.every((each) => listSuppressions.includes(each));
  if (isSame) return profile;
  const ranked = all.toSorted((a, b) => RANKED.indexOf(a.reason) - RANKED.indexOf(b.reason));
  return trimmed({
    ...profile,
    suppressions: ranked.length > 0 ? ranked : undefined,
    listSuppressions: ofLists.length > 0 ? ofLists : undefined,
  });
}

function addressOf({ email, phone }: ProfileRow, channel: Channel): JsonObject {
  return channel === "email" ? { email_address: email ?? null } : { phone_number: phone ?? null };
}

function recordListEvent(ctx: Context, profileId: string, metric: string, list: string): void {
  const properties = { list_id: list, List: ctx.rows(lists).get(list)?.name ?? null };
  // Observed: who leaves has the moment in it, who comes the second (recorded/events.json).
  const moment = metric === "Subscribed to List" ? Math.floor(ctx.now / 1000) : (ctx.now / 1000).toFixed(6);
  recordEvent(ctx, { metric, service: "klaviyo", profileId, properties, uniqueId: `${list}${moment}` });
}

function recordManual(ctx: Context, { id, email }: ProfileRow, metric: string, methodName: string): void {
  recordEvent(ctx, { metric, service: "klaviyo", profileId: id, properties: { email_address: email ?? null, [methodName]: "API" } });
}
