import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { booleanOf, textOf } from "../engine/input.ts";
import { accounts } from "../resources/accounts.ts";
import type { CampaignChannel } from "../resources/campaign-life.ts";
import type { VariationContent } from "../resources/campaign-rows.ts";
import { forgetSoftBounces, noteSoftBounce } from "../resources/bounces.ts";
import { suppress, unsubscribe } from "../resources/consent.ts";
import { recordEvent } from "../resources/event-log.ts";
import { events, type Attributed } from "../resources/event-rows.ts";
import { profiles, type ProfileRow } from "../resources/profile-rows.ts";
import { htmlOf, templates } from "../resources/template-rows.ts";
import { canReceiveChannel, canReceiveTransactional, noteReceipt } from "./audience.ts";
import { findsItems } from "./catalog-lookup.ts";
import { giveCodes } from "./coupon-pool.ts";
import { responsesTo, transmissionId, type Reaction, type Response } from "./responses.ts";

/** A message on its way, with what its events say of it. */
export interface Letter {
  /** Tells this send from all others: what people do with it follows from that. */
  send: string;
  /** What events call "Campaign Name": the campaign's name, the message's where a flow sends. */
  name: string;
  channel: CampaignChannel;
  tracking: JsonObject;
  message: Pick<VariationContent, "content" | "template"> & { id: string };
  from: { campaign: string } | { flow: string };
  /** Set where several are tested against each other. */
  variation?: string;
  /** Properties of the event that started the flow. */
  event?: JsonObject;
  /** Goes out without a consent to marketing. */
  transactional?: boolean;
}

/** Names of Klaviyo's metrics as a recorded account has them. */
const RECEIVED = {
  email: "Received Email",
  sms: "Received Text Message",
  mobile_push: "Received Push",
  whatsapp: "Received WhatsApp",
} as const;
const OPENED: Partial<Record<CampaignChannel, string>> = { email: "Opened Email", sms: "Opened Text", mobile_push: "Opened Push" };

/** Gives the message to one person. Undefined when the person cannot get it any more; else what the person will do. */
export function deliver(letter: Letter, profileId: string, ctx: Context): Response[] | undefined {
  const { send, channel, tracking } = letter;
  const profile = ctx.rows(profiles).get(profileId);
  const mayReceive = letter.transactional ? canReceiveTransactional : canReceiveChannel;
  if (!profile || !mayReceive(profile, channel, ctx)) return undefined;
  const source = sourceOf(letter, ctx);
  if (!findsItems(source, { profile, event: letter.event }, ctx)) {
    record(letter, profile, { metric: "Skipped: Catalog Item Unavailable", at: ctx.now }, ctx);
    return undefined;
  }
  if (!giveCodes(source, profileId, ctx)) return undefined;
  noteReceipt(profileId, channel, "flow" in letter.from ? "flow" : "campaign", ctx);
  const responses = responsesTo(send, profileId, channel);
  if (channel === "email" && !responses.some(({ reaction }) => reaction.startsWith("bounce"))) forgetSoftBounces(ctx, profileId);
  record(letter, profile, { metric: RECEIVED[channel], at: ctx.now }, ctx);
  const isTracked = ({ reaction }: Response): boolean =>
    !(reaction === "open" && booleanOf(tracking["is_tracking_opens"]) === false) &&
    !(reaction === "click" && booleanOf(tracking["is_tracking_clicks"]) === false);
  return responses.filter(isTracked);
}

/** Does what a person did with the message: the event, and what follows for consent and suppression (behaviour.md §2.3). */
export function react(letter: Letter, profileId: string, { reaction, at }: { reaction: Reaction; at: number }, ctx: Context): void {
  const profile = ctx.rows(profiles).get(profileId);
  if (!profile) return;
  const { channel } = letter;
  const told = eventOf(letter, profile, reaction, ctx);
  if (told) record(letter, profile, { ...told, at }, ctx);
  if (reaction === "bounce hard") suppress(ctx, profile.id, "HARD_BOUNCE");
  if (reaction === "bounce soft") noteSoftBounce(ctx, profile.id);
  if (reaction === "complain") suppress(ctx, profile.id, "SPAM_COMPLAINT");
  if (reaction === "unsubscribe" && channel !== "mobile_push") {
    unsubscribe(ctx, profile.id, { channel, method: channel === "email" ? "EMAIL_LINK" : "INBOUND_MESSAGE" });
  }
}

interface Told {
  metric: string;
  more?: JsonObject;
}

/** The event that a reaction leaves. */
function eventOf(letter: Letter, { email = "" }: ProfileRow, reaction: Reaction, ctx: Context): Told | undefined {
  const { channel } = letter;
  const opened = OPENED[channel];
  switch (reaction) {
    case "open":
      return opened === undefined ? undefined : { metric: opened };
    case "click":
      return { metric: channel === "email" ? "Clicked Email" : "Clicked Text Message", more: { URL: firstLink(letter, ctx) } };
    case "bounce hard":
      return {
        metric: "Bounced Email",
        more: { "Bounce Type": "Hard", $klaviyo_bounce_category: "Invalid Email Address", $originating_email: email },
      };
    case "bounce soft":
      return {
        metric: "Bounced Email",
        more: { "Bounce Type": "Soft", $klaviyo_bounce_category: "Unclassified", $originating_email: email },
      };
    case "complain":
      return { metric: "Marked Email as Spam" };
    case "fail":
      return { metric: "Failed to Deliver Text Message" };
    case "unsubscribe":
      return channel === "email" ? { metric: "Clicked email to unsubscribe" } : undefined;
  }
}

/** Properties as recorded events of a sent message carry them (recorded/events.json). */
function record(letter: Letter, profile: ProfileRow, { metric, more = {}, at }: Told & { at: number }, ctx: Context): void {
  const { send, name, channel, message, from, variation } = letter;
  recordEvent(ctx, {
    metric,
    service: "klaviyo",
    profileId: profile.id,
    at,
    properties: {
      ...(channel === "email" && {
        ...emailProperties(message, profile),
        $_cohort$message_send_cohort: cohortOf(message.id, profile.id, metric, at, ctx),
      }),
      ...("flow" in from && { $flow: from.flow }),
      ...(variation !== undefined && { $variation: variation }),
      "Campaign Name": name,
      $message: message.id,
      ...more,
    },
    uniqueId: `${message.id}:${transmissionId(send, profile.id)}:${Math.floor(at / 1000)}`,
    attributed: creditOf(letter),
  });
}

/** The second in which the message was sent to this person, and the message: of what follows that of the send. */
function cohortOf(message: string, profile: string, metric: string, at: number, ctx: Context): string {
  const name = "$_cohort$message_send_cohort";
  const sent = metric === RECEIVED.email ? [] : ctx.rows(events).where("profile_id", profile);
  const known = sent.findLast(({ properties }) => properties?.["$message"] === message)?.properties?.[name];
  return textOf(known) ?? `${Math.floor(at / 1000)}:${message}`;
}

/** A variation of a campaign is in the event's properties only: attributions have none (documented). */
function creditOf({ from, message: { id }, variation }: Letter): Attributed {
  if ("campaign" in from) return { campaign: from.campaign, "campaign-message": id };
  return { flow: from.flow, "flow-message": id, ...(variation !== undefined && { "flow-message-variation": variation }) };
}

function emailProperties({ content }: Letter["message"], { email = "" }: ProfileRow): JsonObject {
  const domain = email.split("@").at(-1) ?? "";
  return {
    Subject: textOf(content["subject"]) ?? "",
    "Recipient Email Address": email,
    "Email Domain": domain,
    "Inbox Provider": PROVIDERS[domain] ?? "Other",
    $ESP: 2,
  };
}

const PROVIDERS: Record<string, string> = {
  "gmail.com": "Gmail",
  "googlemail.com": "Gmail",
  "yahoo.com": "Yahoo",
  "outlook.com": "Outlook",
  "hotmail.com": "Outlook",
  "live.com": "Outlook",
  "icloud.com": "Apple",
  "me.com": "Apple",
  "aol.com": "AOL",
};

/** What is rendered for each recipient: the template of an email, the body of what has none. */
function sourceOf({ message }: Letter, ctx: Context): string {
  const template = ctx.rows(templates).get(message.template ?? "");
  return template ? htmlOf(template, ctx) : (textOf(message.content["body"]) ?? "");
}

/** Where a click leads: the first address in the template that is one, else the shop. */
function firstLink(letter: Letter, ctx: Context): string | null {
  const [, href] = /href="(https?:\/\/[^"{]+)"/.exec(sourceOf(letter, ctx)) ?? [];
  return href ?? ctx.rows(accounts).get(ctx.accountId)?.website ?? null;
}
