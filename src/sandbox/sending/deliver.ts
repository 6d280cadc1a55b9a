import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { booleanOf, textOf } from "../engine/input.ts";
import { accounts } from "../resources/accounts.ts";
import type { CampaignMessageRow, CampaignRow } from "../resources/campaign-rows.ts";
import { forgetSoftBounces, noteSoftBounce } from "../resources/bounces.ts";
import { suppress, unsubscribe } from "../resources/consent.ts";
import { recordEvent } from "../resources/event-log.ts";
import { events, type Attributed } from "../resources/event-rows.ts";
import { profiles, type ProfileRow } from "../resources/profile-rows.ts";
import { htmlOf, templates } from "../resources/template-rows.ts";
import { canReceiveChannel, canReceiveTransactional, noteReceipt } from "./audience.ts";
import { giveCodes } from "./coupon-pool.ts";
import { responsesTo, transmissionId, type Reaction, type Response } from "./responses.ts";

/** A message on its way, with what its events say of it. */
export interface Letter {
  /** Of a flow, one send of its message: the id is the send's own, the name the message's. */
  campaign: Pick<CampaignRow, "channel" | "id" | "name" | "tracking">;
  message: Pick<CampaignMessageRow, "content" | "id" | "template">;
  /** Set where a flow sends. */
  flow?: { id: string; variation?: string };
  /** Goes out without a consent to marketing. */
  transactional?: boolean;
}

/** Names of Klaviyo's metrics as a recorded account has them. */
const RECEIVED = { email: "Received Email", sms: "Received Text Message", mobile_push: "Received Push" } as const;
const OPENED = { email: "Opened Email", sms: "Opened Text", mobile_push: "Opened Push" } as const;

/** Gives the message to one person. Undefined when the person cannot get it any more; else what the person will do. */
export function deliver(letter: Letter, profileId: string, ctx: Context): Response[] | undefined {
  const { campaign } = letter;
  const profile = ctx.rows(profiles).get(profileId);
  const mayReceive = letter.transactional ? canReceiveTransactional : canReceiveChannel;
  if (!profile || !mayReceive(profile, campaign.channel, ctx)) return undefined;
  if (!giveCodes(sourceOf(letter, ctx), profileId, ctx)) return undefined;
  noteReceipt(profileId, campaign.channel, ctx);
  const responses = responsesTo(campaign.id, profileId, campaign.channel);
  if (campaign.channel === "email" && !responses.some(({ reaction }) => reaction.startsWith("bounce"))) forgetSoftBounces(ctx, profileId);
  record(letter, profile, { metric: RECEIVED[campaign.channel], at: ctx.now }, ctx);
  const isTracked = ({ reaction }: Response): boolean =>
    !(reaction === "open" && booleanOf(campaign.tracking["is_tracking_opens"]) === false) &&
    !(reaction === "click" && booleanOf(campaign.tracking["is_tracking_clicks"]) === false);
  return responses.filter(isTracked);
}

/** Does what a person did with the message: the event, and what follows for consent and suppression (behaviour.md §2.3). */
export function react(letter: Letter, profileId: string, { reaction, at }: { reaction: Reaction; at: number }, ctx: Context): void {
  const profile = ctx.rows(profiles).get(profileId);
  if (!profile) return;
  const { channel } = letter.campaign;
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
  const { channel } = letter.campaign;
  switch (reaction) {
    case "open":
      return { metric: OPENED[channel] };
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
function record(
  { campaign, message, flow }: Letter,
  profile: ProfileRow,
  { metric, more = {}, at }: Told & { at: number },
  ctx: Context,
): void {
  recordEvent(ctx, {
    metric,
    service: "klaviyo",
    profileId: profile.id,
    at,
    properties: {
      ...(campaign.channel === "email" && {
        ...emailProperties(message, profile),
        $_cohort$message_send_cohort: cohortOf(message.id, profile.id, metric, at, ctx),
      }),
      ...(flow && { $flow: flow.id }),
      ...(flow?.variation !== undefined && { $variation: flow.variation }),
      "Campaign Name": campaign.name,
      $message: message.id,
      ...more,
    },
    uniqueId: `${message.id}:${transmissionId(campaign.id, profile.id)}:${Math.floor(at / 1000)}`,
    attributed: flow ? ofFlow(flow, message.id) : { campaign: campaign.id, "campaign-message": message.id },
  });
}

/** The second in which the message was sent to this person, and the message: of what follows that of the send. */
function cohortOf(message: string, profile: string, metric: string, at: number, ctx: Context): string {
  const name = "$_cohort$message_send_cohort";
  const sent = metric === RECEIVED.email ? [] : [...ctx.rows(events).where("profile_id", profile)];
  const known = sent.findLast(({ properties }) => properties?.["$message"] === message)?.properties?.[name];
  return textOf(known) ?? `${Math.floor(at / 1000)}:${message}`;
}

function ofFlow({ id, variation }: NonNullable<Letter["flow"]>, message: string): Attributed {
  return { flow: id, "flow-message": message, ...(variation !== undefined && { "flow-message-variation": variation }) };
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
