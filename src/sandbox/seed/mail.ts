import type { Sent } from "./sent.ts";
import type { EventWriter } from "./event-writer.ts";
import { isInvited } from "./leaving.ts";
import { writeLetter } from "./letter.ts";
import type { Recipient } from "./recipient.ts";
import type { Random } from "./random.ts";
import type { Click } from "./click.ts";
import { writePush, writeText } from "./texts.ts";

/** Writes what campaigns did to one person, never after they left. Returns their clicks, oldest first. */
export function writeMail(to: Recipient, sent: readonly Sent[], random: Random, writer: EventWriter): Click[] {
  const clicks: Click[] = [];
  for (const each of sent) {
    if (!isInvited(each, to.joined)) continue;
    // Of a test, each variation went to one of two people.
    const mailing = each.mailings[to.person.index % each.mailings.length] ?? each.mailings[0];
    const write = mailing.channel === "sms" ? writeText : mailing.channel === "mobile_push" ? writePush : writeLetter;
    const click = write(to, mailing, random, writer, to.leaving?.sent === each);
    if (click) clicks.push(click);
  }
  return clicks;
}
