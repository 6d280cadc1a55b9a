import type { JsonObject } from "../../lib/json.ts";
import type { ProfileRow } from "../resources/profile-rows.ts";
import { textOf } from "../engine/input.ts";
import { DAY_MS, HOUR_MS, wholeSecond } from "./calendar.ts";
import type { Sent } from "./campaigns.ts";
import type { EventWriter } from "./event-writer.ts";
import type { Era, Person } from "./person.ts";
import type { Random } from "./random.ts";
import type { Click } from "./shopping.ts";

/** How and when somebody ceased to get mail; `sent` is the campaign that made them. */
export interface Leaving {
  how: "unsubscribed" | "bounced" | "spam" | "suppressed";
  at: number;
  sent?: Sent;
}

/** What mail needs to know of somebody. */
export interface Recipient {
  person: Person;
  row: Pick<ProfileRow, "email" | "phone" | "smsConsent">;
  /** List ids with when the person came onto them. */
  joined: ReadonlyMap<string, number>;
  /** When consent to texts was given, ms. */
  textsSince: number | undefined;
  leaving: Leaving | undefined;
}

const MINUTE_MS = 60_000;
/** A send takes this long to reach everybody. */
const DELIVERY_MS = 15 * MINUTE_MS;

/** When and over which campaign somebody with this story leaves: a bounce at the first letter, all else at any. */
export function planLeaving(
  person: Person,
  joined: Recipient["joined"],
  sent: readonly Sent[],
  random: Random,
  { nowMs }: Era,
): Leaving | undefined {
  const { story, arrived } = person;
  if (story === "subscribed" || story === "never") return undefined;
  const letters = sent.filter((each) => each.channel === "email" && isInvited(each, joined));
  const [first] = letters;
  if (story === "suppressed" || !first) {
    const at = wholeSecond(arrived + DAY_MS + random.next() * Math.max(0, nowMs - arrived - 2 * DAY_MS));
    return { how: story === "unsubscribed" ? story : "suppressed", at };
  }
  const chosen = story === "bounced" ? first : random.pick([first, ...letters.slice(1)]);
  const afterMs = DELIVERY_MS + random.between(5, 20 * 60) * MINUTE_MS;
  return { how: story, at: story === "bounced" ? chosen.sendAt + DELIVERY_MS : chosen.sendAt + afterMs, sent: chosen };
}

function isInvited({ audience, sendAt }: Sent, joined: Recipient["joined"]): boolean {
  return audience.included.some((list) => (joined.get(list) ?? Number.POSITIVE_INFINITY) < sendAt);
}

/** Writes what campaigns did to one person, never after they left. Returns their clicks, oldest first. */
export function writeMail(to: Recipient, sent: readonly Sent[], random: Random, writer: EventWriter): Click[] {
  const clicks: Click[] = [];
  for (const each of sent) {
    if (!isInvited(each, to.joined)) continue;
    const click = each.channel === "sms" ? text(to, each, random, writer) : letter(to, each, random, writer);
    if (click) clicks.push(click);
  }
  return clicks;
}

function letter({ person, row: { email }, leaving }: Recipient, sent: Sent, random: Random, writer: EventWriter): Click | undefined {
  if (email === undefined) return undefined;
  const isLast = leaving?.sent === sent;
  if (leaving && !isLast && leaving.at <= sent.sendAt + DELIVERY_MS) return undefined;
  const properties = letterProperties(sent, email);
  const transmission = random.ulid(sent.sendAt);
  const write = (metric: string, at: number, more?: JsonObject): string | undefined =>
    writer.write(metric, at, {
      properties: more ? { ...properties, ...more } : properties,
      uniqueId: `${sent.message.id}:${transmission}:${Math.floor(at / 1000)}`,
      attributed: sent.credit,
    });
  const received = sent.sendAt + random.below(DELIVERY_MS / 1000 - 5) * 1000;
  const receivedId = write("Received Email", received);
  const bounce = (type: "Hard" | "Soft", at: number): void => {
    const category = type === "Hard" ? "Invalid Email Address" : "Unclassified";
    write("Bounced Email", at, { "Bounce Type": type, $klaviyo_bounce_category: category, $originating_email: email });
  };
  if (isLast) {
    if (leaving.how === "bounced") {
      bounce("Hard", leaving.at);
      return undefined;
    }
    write("Opened Email", leaving.at - MINUTE_MS);
    write(leaving.how === "spam" ? "Marked Email as Spam" : "Clicked email to unsubscribe", leaving.at);
    return undefined;
  }
  if (random.chance(0.006)) {
    bounce("Soft", received + 3000);
    return undefined;
  }
  if (!random.chance(0.22 + 0.55 * person.engagement)) return undefined;
  const opened = received + MINUTE_MS + soon(random, 4 * HOUR_MS);
  // Who leaves at a time of their own does nothing with letters afterwards.
  if (leaving && opened >= leaving.at) return undefined;
  write("Opened Email", opened);
  if (!random.chance(0.06 + 0.22 * person.engagement)) return undefined;
  const at = opened + 20_000 + random.below(400) * 1000;
  if (leaving && at >= leaving.at) return undefined;
  write("Clicked Email", at, { URL: "https://harbourandpine.example/" });
  return { at, attributed: { ...sent.credit, ...(receivedId !== undefined && { event: receivedId }) } };
}

function text({ row, textsSince }: Recipient, sent: Sent, random: Random, writer: EventWriter): Click | undefined {
  const { smsConsent: consent } = row;
  if (row.phone === undefined || textsSince === undefined || textsSince >= sent.sendAt) return undefined;
  if (consent?.status === "UNSUBSCRIBED" && consent.at <= sent.sendAt + DELIVERY_MS) return undefined;
  const properties = { "Campaign Name": sent.campaign.name, $message: sent.message.id };
  const attributed = sent.credit;
  const received = sent.sendAt + random.below(DELIVERY_MS / 1000 - 5) * 1000;
  const receivedId = writer.write("Received Text Message", received, { properties, attributed });
  if (!random.chance(0.16)) return undefined;
  const at = received + MINUTE_MS + soon(random, HOUR_MS);
  writer.write("Clicked Text Message", at, { properties, attributed });
  return { at, attributed: { ...attributed, ...(receivedId !== undefined && { event: receivedId }) } };
}

/** As recorded events of a sent message carry them (recorded/events.json). */
function letterProperties({ campaign, message, variation, sendAt }: Sent, email: string): JsonObject {
  return {
    Subject: textOf(variation.content["subject"]) ?? "",
    "Recipient Email Address": email,
    "Email Domain": email.slice(email.indexOf("@") + 1),
    "Inbox Provider": "Other",
    $ESP: 2,
    $_cohort$message_send_cohort: `${Math.floor(sendAt / 1000)}:${message.id}`,
    "Campaign Name": campaign.name,
    $message: message.id,
  };
}

/** Most soon, few late, nobody after two days. */
function soon(random: Random, meanMs: number): number {
  return Math.min(2 * DAY_MS, wholeSecond(-Math.log(1 - random.next()) * meanMs));
}
