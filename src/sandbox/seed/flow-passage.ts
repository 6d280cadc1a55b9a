import type { Context } from "../engine/context.ts";
import { flowRuns, wakeAt } from "../flows/arrivals.ts";
import { entryId, flowEntries } from "../flows/entries.ts";
import { delayEnd } from "../flows/waits.ts";
import { DAY_MS } from "./calendar.ts";
import type { CouponBook } from "./coupons.ts";
import type { EventWriter } from "./event-writer.ts";
import { fill } from "./fill.ts";
import type { MadeStep, Option } from "./flow-steps.ts";
import type { MadeFlow } from "./flows.ts";
import { writeLetter } from "./letter.ts";
import type { Mailing } from "./mailing.ts";
import type { Recipient } from "./recipient.ts";
import type { Random } from "./random.ts";
import type { Click } from "./click.ts";
import { writeText } from "./texts.ts";

/** What started it. */
export interface Arrival {
  at: number;
  event?: string | undefined;
  /** Whether it is the person's first order. */
  isFirst?: boolean;
}

export interface Passing {
  ctx: Context;
  to: Recipient;
  zone: string;
  random: Random;
  writer: EventWriter;
  coupons: CouponBook;
  /** Whether the person has meanwhile done what ends the flow. */
  isOver(since: number, at: number): boolean;
}

const FLOW_SPREAD_MS = 20_000;

/**
 * Takes somebody through a live flow, from `arrival` up to the seed's clock. Who has not reached the end by then waits in the flow, and goes
 * on once the clock does. Returns the clicks.
 */
export function passThrough({ flow, since, reentryMs, steps }: MadeFlow, arrival: Arrival, passing: Passing): Click[] {
  const { ctx, to, zone, random } = passing;
  const started = arrival.at + 1000;
  const profile = to.person.id;
  const entries = ctx.rows(flowEntries);
  const before = entries.get(entryId(flow.id, profile))?.at ?? Number.NEGATIVE_INFINITY;
  if (arrival.at < since || started > ctx.now || started - before < reentryMs) return [];
  fill(entries, { id: entryId(flow.id, profile), flow: flow.id, at: started });
  const clicks: Click[] = [];
  let at = started;
  for (const step of steps) {
    if (passing.isOver(started, at)) return clicks;
    if (step.kind === "stock") at += random.between(2, 16) * DAY_MS;
    else if (step.kind === "wait") {
      at = delayEnd(step.data, zone, at);
      if (at > ctx.now) putRun(ctx, { id: random.ulid(started), flow: flow.id, profile, at, started, action: step.action }, arrival);
    } else {
      const click = sendStep(step, flow.id, at, arrival, passing);
      if (click) clicks.push(click);
    }
    if (at > ctx.now) return clicks;
  }
  return clicks;
}

function putRun(
  ctx: Context,
  run: { id: string; flow: string; profile: string; at: number; started: number; action: string },
  { event }: Arrival,
): void {
  fill(ctx.rows(flowRuns), { ...run, ...(event !== undefined && { event }), waiting: true });
}

/** Has the engine look after everybody who waits, the first of them first. */
export function wakeWaiting(ctx: Context): void {
  let first = Number.POSITIVE_INFINITY;
  for (const { at } of ctx.rows(flowRuns).all()) first = Math.min(first, at);
  if (Number.isFinite(first)) wakeAt(ctx, first);
}

function sendStep(
  { by, options }: MadeStep & { kind: "send" },
  flow: string,
  at: number,
  { isFirst = false }: Arrival,
  { ctx, to, random, writer, coupons }: Passing,
): Click | undefined {
  const place = by === "test" ? to.person.index % 2 : by === "order" && !isFirst ? 1 : 0;
  const option = options[place] ?? options[0];
  const mailing = mailingOf(option, flow, at);
  const { leaving } = to;
  // An address that bounces does so at the first campaign: nothing of a flow came through either.
  if (option.channel === "email" && leaving?.how === "bounced") return undefined;
  if (option.channel === "sms") return writeText(to, mailing, random, writer);
  const isReachable = to.row.email !== undefined && to.subscribedSince <= at && (!leaving || leaving.at > at + FLOW_SPREAD_MS);
  if (!isReachable || at + FLOW_SPREAD_MS > ctx.now) return undefined;
  const code = option.coupon && coupons.give(option.coupon, to.person, at);
  const click = writeLetter(to, mailing, random, writer);
  return click && { ...click, ...(code && { code }) };
}

/** Events carry the same properties as those that the engine writes when a flow sends. */
function mailingOf({ channel, message, name, subject, variation }: Option, flow: string, at: number): Mailing {
  return {
    channel,
    message,
    sendAt: at,
    spreadMs: FLOW_SPREAD_MS,
    properties: {
      ...(subject !== undefined && { Subject: subject }),
      $flow: flow,
      ...(variation !== undefined && { $variation: variation }),
      "Campaign Name": name,
      $message: message,
    },
    credit: { flow, "flow-message": message, ...(variation !== undefined && { "flow-message-variation": variation }) },
  };
}
