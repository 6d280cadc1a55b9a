import type { JsonObject } from "../../lib/json.ts";
import { DAY_MS, HOUR_MS, wholeSecond } from "./calendar.ts";
import type { EventWriter } from "./event-writer.ts";
import type { Leaving } from "./leaving.ts";
import type { Mailing } from "./mailing.ts";
import { isReached, type Recipient } from "./recipient.ts";
import type { Random } from "./random.ts";
import type { Click } from "./click.ts";

const MINUTE_MS = 60_000;

/** Events of one letter to one person, never after the person left. Returns the click, if there was one. `isLast`: this is the one that made them leave. */
export function writeLetter(to: Recipient, mailing: Mailing, random: Random, writer: EventWriter, isLast = false): Click | undefined {
  const { person, leaving } = to;
  const { email } = to.row;
  if (email === undefined || (!isLast && !isReached(leaving, mailing))) return undefined;
  const properties: JsonObject = {
    "Recipient Email Address": email,
    "Email Domain": email.slice(email.indexOf("@") + 1),
    "Inbox Provider": "Other",
    $ESP: 2,
    ...mailing.properties,
  };
  const transmission = random.ulid(mailing.sendAt);
  const write = (metric: string, at: number, more?: JsonObject): string | undefined =>
    writer.write(metric, at, {
      properties: more ? { ...properties, ...more } : properties,
      uniqueId: [mailing.message, transmission, Math.floor(at / 1000)].join(":"),
      attributed: mailing.credit,
    });
  const received = mailing.sendAt + random.below(mailing.spreadMs / 1000 - 5) * 1000;
  const receivedId = write("Received Email", received);
  if (receivedId === undefined) return undefined;
  to.noteReceipt("email", received);
  const bounce = (type: "Hard" | "Soft", at: number): void => {
    const category = type === "Hard" ? "Invalid Email Address" : "Unclassified";
    write("Bounced Email", at, { "Bounce Type": type, $klaviyo_bounce_category: category, $originating_email: email });
  };
  if (isLast && leaving) {
    if (leaving.how === "bounced") bounce("Hard", leaving.at);
    else lastWords(leaving, write);
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
  const clicked = write("Clicked Email", at, { URL: "https://harbourandpine.example/" });
  return clicked === undefined ? undefined : { at, attributed: { ...mailing.credit, event: receivedId } };
}

function lastWords({ how, at }: Leaving, write: (metric: string, at: number) => unknown): void {
  write("Opened Email", at - MINUTE_MS);
  write(how === "spam" ? "Marked Email as Spam" : "Clicked email to unsubscribe", at);
}

/** Most soon, few late, nobody after two days. */
export function soon(random: Random, meanMs: number): number {
  return Math.min(2 * DAY_MS, wholeSecond(-Math.log(1 - random.next()) * meanMs));
}
