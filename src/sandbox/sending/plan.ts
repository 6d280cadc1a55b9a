import type { Strategy } from "../resources/campaign-life.ts";
import { momentIn } from "../templates/dates.ts";

/** Recipients that get their message at one time, ms. */
export interface Delivery {
  at: number;
  ids: string[];
}

export interface Recipient {
  id: string;
  /** IANA time zone. */
  zone: string;
  /** 0 to 1: where a spread send puts this person. */
  share: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Of one delivery, so that a long send shows as one and can be cancelled on its way. */
const MAX_AT_ONCE = 1000;
const NEXT_MS = 1000;

/** When each recipient gets the message, from `nowMs` on, oldest first. Who is left out is past the local time. */
export function planDeliveries(strategy: Strategy, recipients: readonly Recipient[], nowMs: number): Delivery[] {
  const zones = new Map<string, number>();
  const byTime = new Map<number, string[]>();
  recipients.forEach((recipient, i) => {
    const at = timeFor(strategy, recipient, { nowMs, turn: i / recipients.length, zones });
    if (at === undefined) return;
    const together = byTime.get(at);
    if (together) together.push(recipient.id);
    else byTime.set(at, [recipient.id]);
  });
  return [...byTime]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([at, ids]) =>
      Array.from({ length: Math.ceil(ids.length / MAX_AT_ONCE) }, (_, i) => ({
        at: at + i * NEXT_MS,
        ids: ids.slice(i * MAX_AT_ONCE, (i + 1) * MAX_AT_ONCE),
      })),
    );
}

interface Turn {
  nowMs: number;
  /** How many of all come before, 0 to 1. */
  turn: number;
  /** Offsets of zones that were worked out. */
  zones: Map<string, number>;
}

function timeFor(strategy: Strategy, { zone, share }: Recipient, { nowMs, turn, zones }: Turn): number | undefined {
  // So many percent of all each hour, or minute (documented).
  if (strategy.method === "throttled")
    return nowMs + Math.floor((turn * 100) / strategy.percentage + 1e-9) * (strategy.perMinute ? MINUTE_MS : HOUR_MS);
  // Spread over the day (assumed).
  if (strategy.method === "smart_send_time") return nowMs + Math.floor(share * 24) * HOUR_MS;
  if (strategy.method !== "static" || !strategy.isLocal) return nowMs;
  const offset = zones.get(zone) ?? momentIn(zone, strategy.at).offsetMs;
  zones.set(zone, offset);
  const at = strategy.at - offset;
  if (at >= nowMs) return at;
  if (strategy.nextDay) return at + Math.ceil((nowMs - at) / DAY_MS) * DAY_MS;
  return strategy.sendPast ? nowMs : undefined;
}
