import type { Context } from "../engine/context.ts";
import { eventsBetween } from "../metrics/aggregate.ts";
import { events, type EventRow } from "../resources/event-rows.ts";
import { metrics, metricSource } from "../resources/metric-rows.ts";
import type { Buckets } from "./buckets.ts";
import type { Facts } from "./filter.ts";
import type { SendChannel } from "./kinds.ts";
import { creditOf, messageFacts, type Credit, type Sender } from "./message-facts.ts";
import { MESSAGE_METRICS, MESSAGE_STATISTICS, type MessageEvent } from "./message-statistics.ts";
import { createSends } from "./sends.ts";
import { createTable, type ReportRow, type Result } from "./table.ts";
import type { Timeframe } from "./timeframe.ts";

export interface Question {
  statistics: readonly string[];
  timeframe: Timeframe;
  buckets: Buckets;
  groupBy: readonly string[];
  passes(facts: Facts): boolean;
}

/** What a message counts for; `row` is undefined when the filter leaves it out. */
interface Place {
  row: ReportRow<MessageEvent> | undefined;
  segments: number;
}

/** Bounces follow their send within days, so sends just before the time frame are read too: theirs belong to it no more than they do. */
const BEFORE_MS = 3 * 86_400_000;

/** Results of campaigns or of flows: of the messages sent within the time frame, whenever people opened, clicked or bought. */
export function messageResults(ctx: Context, kind: Sender, conversionMetric: string, question: Question): Result[] {
  const { statistics, timeframe, buckets, groupBy, passes } = question;
  const table = createTable(groupBy, buckets.count, MESSAGE_STATISTICS);
  const needed = new Set(statistics.flatMap((name) => MESSAGE_STATISTICS[name]?.needs ?? []));
  const sends = createSends();
  const places = new Map<string, Place>();

  const placeOf = (credit: Credit, channel: SendChannel | undefined): Place | undefined => {
    const key = `${credit.message}\t${credit.variation ?? ""}`;
    const known = places.get(key);
    if (known || !channel) return known;
    const { facts, segments } = messageFacts(credit, kind, channel, ctx);
    const place = { row: passes(facts) ? table.row(facts) : undefined, segments };
    places.set(key, place);
    return place;
  };
  const noteAt = (at: number, row: ReportRow<MessageEvent>, what: MessageEvent, profile: string, amount: number): void => {
    const bucket = buckets.indexOf(at);
    if (bucket !== undefined) row.note(bucket, what, profile, amount);
  };
  const count = (event: EventRow, what: MessageEvent, channel?: SendChannel): void => {
    const { profile, at, value = 0 } = event;
    const credit = creditOf(event, kind, ctx) ?? (what === "unsubscribed" ? creditOfLastText(event, kind, ctx) : undefined);
    if (!credit) return;
    const { row, segments = 0 } = placeOf(credit, channel) ?? {};
    if (!row) return;
    let sentAt = what === "sent" ? undefined : sends.latest(credit.message, profile, at);
    if (sentAt === undefined) {
      // What never arrived was sent nevertheless; all else without a send belongs to one before the time frame.
      if (!isSending(what)) return;
      sentAt = at;
      sends.add(credit.message, profile, at);
      noteAt(at, row, "sent", profile, segments);
    }
    if (what !== "sent") noteAt(sentAt, row, what, profile, value);
  };

  const eventsOf = (metricId: string): Iterable<EventRow> =>
    eventsBetween(ctx, { metricId, from: timeframe.from - BEFORE_MS, to: Number.POSITIVE_INFINITY });
  for (const [name, what, channel] of MESSAGE_METRICS) {
    const metricId = metricOf(name, ctx);
    if (metricId === undefined || !(isSending(what) || needed.has(what))) continue;
    for (const event of eventsOf(metricId)) count(event, what, channel);
  }
  if (needed.has("converted")) for (const event of eventsOf(conversionMetric)) count(event, "converted");
  return table.results(statistics, buckets.dates !== undefined);
}

/** Kinds that tell of a send by themselves. */
function isSending(what: MessageEvent): boolean {
  return what === "sent" || what === "bounced" || what === "failed";
}

function metricOf(name: string, ctx: Context): string | undefined {
  return ctx.rows(metrics).find("source", metricSource("klaviyo", name))?.id;
}

/** Who answers STOP names no message, so it counts for the last text that they got (assumed). */
function creditOfLastText({ profile, at }: EventRow, kind: Sender, ctx: Context): Credit | undefined {
  const received = metricOf("Received Text Message", ctx);
  const texts = ctx
    .rows(events)
    .where("profile_id", profile)
    .filter((event) => event.metric === received && event.at <= at);
  const last = texts.toSorted((a, b) => a.at - b.at).at(-1);
  return last && creditOf(last, kind, ctx);
}
