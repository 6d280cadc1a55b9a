import { HOUR_MS } from "./calendar.ts";
import type { EventWriter } from "./event-writer.ts";
import { soon } from "./letter.ts";
import type { Mailing } from "./mailing.ts";
import type { Recipient } from "./recipient.ts";
import type { Random } from "./random.ts";
import type { Click } from "./click.ts";

const MINUTE_MS = 60_000;

/** Events of one text to one person who has asked for texts. */
export function writeText(to: Recipient, mailing: Mailing, random: Random, writer: EventWriter): Click | undefined {
  const { row, textsSince } = to;
  const { sendAt, spreadMs, properties, credit: attributed } = mailing;
  if (row.phone === undefined || textsSince === undefined || textsSince >= sendAt) return undefined;
  if (row.smsConsent?.status === "UNSUBSCRIBED" && row.smsConsent.at <= sendAt + spreadMs) return undefined;
  const received = sendAt + random.below(spreadMs / 1000 - 5) * 1000;
  const event = writer.write("Received Text Message", received, { properties, attributed });
  if (event === undefined) return undefined;
  to.noteReceipt("sms", received);
  if (random.chance(0.004)) writer.write("Failed to Deliver Text Message", received + 2000, { properties, attributed });
  else if (random.chance(0.16)) {
    const at = received + MINUTE_MS + soon(random, HOUR_MS);
    if (writer.write("Clicked Text Message", at, { properties, attributed }) !== undefined)
      return { at, attributed: { ...attributed, event } };
  }
  return undefined;
}

/** Events of one push message to one phone. Opening it leads into the shop. */
export function writePush(to: Recipient, mailing: Mailing, random: Random, writer: EventWriter): Click | undefined {
  const { sendAt, spreadMs, properties, credit: attributed } = mailing;
  if (to.pushSince === undefined || to.pushSince >= sendAt) return undefined;
  const received = sendAt + random.below(spreadMs / 1000 - 5) * 1000;
  const event = writer.write("Received Push", received, { properties, attributed });
  if (event === undefined) return undefined;
  to.noteReceipt("mobile_push", received);
  if (random.chance(0.01)) writer.write("Bounced Push", received + 1000, { properties, attributed });
  else if (random.chance(0.12)) {
    const at = received + soon(random, 40 * MINUTE_MS);
    if (writer.write("Opened Push", at, { properties, attributed }) !== undefined) return { at, attributed: { ...attributed, event } };
  }
  return undefined;
}
