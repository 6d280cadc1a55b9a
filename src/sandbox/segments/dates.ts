import { parseIso } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import { numberOf, textOf } from "../engine/input.ts";

/** The moment that a segment is worked out for, and until when the result holds. */
export interface Moment {
  readonly now: number;
  /** Earliest time, ms, at which passing time alone changes an answer that was given. */
  until: number;
}

export type DateTest = (atMs: number) => boolean;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const UNITS_MS: Record<string, number> = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS };

/** From when to when a time passes, ms, both included. */
interface Span {
  from: number;
  to: number;
  /** Whether it moves with the clock. */
  moves: boolean;
}

/**
 * Test of a `date` filter. Everything is reckoned in UTC, as the segment builder does whatever the account's time zone (documented in the
 * vendor's help); boundaries belong to the span (assumed).
 */
export function dateTest(filter: JsonObject, moment: Moment): DateTest {
  const span = spanOf(filter, moment.now);
  if (span) return (at) => within(at, span, moment);
  return calendarTest(filter, moment);
}

/** What a time must lie in to pass, for finding events by time; undefined when the filter is no span. */
export function spanOf(filter: JsonObject, now: number): Span | undefined {
  const operator = textOf(filter["operator"]) ?? "";
  const unitMs = UNITS_MS[textOf(filter["unit"]) ?? ""] ?? DAY_MS;
  const ago = (member: string): number => now - (numberOf(filter[member]) ?? 0) * unitMs;
  const time = (member: string): number => parseIso(textOf(filter[member]) ?? "") ?? now;
  switch (operator) {
    case "in-the-last":
      return { from: ago("quantity"), to: now, moves: true };
    case "in-the-next":
      return { from: now, to: 2 * now - ago("quantity"), moves: true };
    case "at-least":
      return { from: Number.NEGATIVE_INFINITY, to: ago("quantity"), moves: true };
    case "between":
      // "Between 10 and 20 days ago", whichever of the two is named first.
      return { from: Math.min(ago("start"), ago("end")), to: Math.max(ago("start"), ago("end")), moves: true };
    case "between-static":
      return { from: time("start"), to: time("end"), moves: false };
    case "before":
      return { from: Number.NEGATIVE_INFINITY, to: time("date") - 1, moves: false };
    case "after":
      return { from: time("date") + 1, to: Number.POSITIVE_INFINITY, moves: false };
    case "alltime":
      return { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, moves: false };
    default:
      return undefined;
  }
}

function within(at: number, { from, to, moves }: Span, moment: Moment): boolean {
  if (moves) {
    // A time ahead of the span enters it, one inside leaves it, and one behind never comes back.
    if (at > to) noteChange(moment, moment.now + (at - to));
    else if (at >= from && from !== Number.NEGATIVE_INFINITY) noteChange(moment, moment.now + (at - from) + 1);
  }
  return at >= from && at <= to;
}

/** Tells that an answer changes at this time. */
export function noteChange(moment: Moment, atMs: number): void {
  moment.until = Math.min(moment.until, atMs);
}

/** Filters that look at the day of the year. */
function calendarTest(filter: JsonObject, moment: Moment): DateTest {
  const { now } = moment;
  const today = new Date(now);
  const quantityMs = (numberOf(filter["quantity"]) ?? 0) * (UNITS_MS[textOf(filter["unit"]) ?? ""] ?? DAY_MS);
  const recurring =
    (span: Span): DateTest =>
    (at) =>
      anniversaries(at, today).filter((each) => within(each, span, moment)).length > 0;
  const monthly =
    (month: number): DateTest =>
    (at) =>
      new Date(at).getUTCMonth() === month;
  switch (textOf(filter["operator"])) {
    case "anniversary-last":
      return recurring({ from: now - quantityMs, to: now, moves: true });
    case "anniversary-next":
      return recurring({ from: now, to: now + quantityMs, moves: true });
    case "calendar-month":
      return monthly((numberOf(filter["value"]) ?? 0) - 1);
    case "anniversary":
      noteChange(moment, nextMidnight(now));
      return (at) => anniversaries(at, today).some((each) => Math.floor(each / DAY_MS) === Math.floor(now / DAY_MS));
    case "anniversary-month":
      noteChange(moment, nextMidnight(now));
      return monthly(today.getUTCMonth());
    default:
      return () => false;
  }
}

function nextMidnight(now: number): number {
  return (Math.floor(now / DAY_MS) + 1) * DAY_MS;
}

/** The same day and time of last, this and next year. The 29th of February is kept on the 1st of March. */
function anniversaries(at: number, today: Date): number[] {
  const day = new Date(at);
  const timeMs = ((at % DAY_MS) + DAY_MS) % DAY_MS;
  return [-1, 0, 1].map((shift) => Date.UTC(today.getUTCFullYear() + shift, day.getUTCMonth(), day.getUTCDate()) + timeMs);
}
