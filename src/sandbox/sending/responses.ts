import { hash } from "node:crypto";
import type { CampaignChannel } from "../resources/campaign-life.ts";

/** What a recipient does with a message. */
export type Reaction = "bounce hard" | "bounce soft" | "click" | "complain" | "fail" | "open" | "unsubscribe";

export interface Response {
  reaction: Reaction;
  /** From the delivery, ms. */
  afterMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Shares of recipients, and of the openers for what follows an open: usual figures of the trade (assumed). */
const SHARES = { hardBounce: 0.004, softBounce: 0.006, open: 0.42, clickOfOpeners: 0.08, unsubscribe: 0.003, complain: 0.0005 };
const TEXT_SHARES = { fail: 0.005, click: 0.09, unsubscribe: 0.008 };
const PUSH_OPEN = 0.04;

/** How this person reacts to this send: always the same for the same two ids. Nothing in the API tells of WhatsApp but the receipt. */
export function responsesTo(send: string, profileId: string, channel: CampaignChannel): Response[] {
  const draw = drawsOf(`${send} ${profileId}`);
  if (channel === "whatsapp") return [];
  if (channel === "email") return emailResponses(draw);
  if (channel === "mobile_push") return draw(0) < PUSH_OPEN ? [{ reaction: "open", afterMs: delay(draw(1), 10 * MINUTE_MS) }] : [];
  if (draw(0) < TEXT_SHARES.fail) return [{ reaction: "fail", afterMs: 2000 }];
  return [
    ...(draw(1) < TEXT_SHARES.click ? [{ reaction: "click" as const, afterMs: delay(draw(2), 20 * MINUTE_MS) }] : []),
    ...(draw(3) < TEXT_SHARES.unsubscribe ? [{ reaction: "unsubscribe" as const, afterMs: delay(draw(4), 30 * MINUTE_MS) }] : []),
  ];
}

function emailResponses(draw: (n: number) => number): Response[] {
  const bounce = draw(0);
  if (bounce < SHARES.hardBounce) return [{ reaction: "bounce hard", afterMs: 3000 }];
  if (bounce < SHARES.hardBounce + SHARES.softBounce) return [{ reaction: "bounce soft", afterMs: 5000 }];
  if (draw(1) >= SHARES.open) return [];
  const openedMs = delay(draw(2), 3 * HOUR_MS);
  const responses: Response[] = [{ reaction: "open", afterMs: openedMs }];
  if (draw(3) < SHARES.clickOfOpeners) responses.push({ reaction: "click", afterMs: openedMs + delay(draw(4), 3 * MINUTE_MS) });
  if (draw(5) < SHARES.unsubscribe / SHARES.open)
    responses.push({ reaction: "unsubscribe", afterMs: openedMs + delay(draw(6), 5 * MINUTE_MS) });
  else if (draw(7) < SHARES.complain / SHARES.open)
    responses.push({ reaction: "complain", afterMs: openedMs + delay(draw(8), 10 * MINUTE_MS) });
  return responses;
}

/** Most react soon and few late; nobody after three days. */
function delay(draw: number, meanMs: number): number {
  return Math.min(72 * HOUR_MS, 30_000 + Math.round(-Math.log(1 - draw) * meanMs));
}

/** Numbers from 0 to 1 that depend on the text alone. */
function drawsOf(text: string): (n: number) => number {
  const bytes = Buffer.from(hash("sha512", text, "buffer"));
  return (n) => bytes.readUInt32LE(n * 4) / 2 ** 32;
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Names one delivery in `$event_id`, in the form of a ULID as observed. */
export function transmissionId(send: string, profileId: string): string {
  return [...hash("sha256", `${send} ${profileId}`, "buffer").subarray(0, 26)].map((byte) => CROCKFORD[byte % 32]).join("");
}

/** A share of 0 to 1 for spreading recipients. */
export function shareOf(send: string, profileId: string): number {
  return drawsOf(`${send} ${profileId}`)(15);
}
