import { DAY_MS, HOUR_MS, type Calendar } from "./calendar.ts";
import { NAMES, REGIONS, type Word } from "./names.ts";
import { PLACES, type Place } from "./places.ts";
import type { Random } from "./random.ts";

/** How it goes between a person and the shop's mail. */
export type MailStory = "subscribed" | "never" | "unsubscribed" | "bounced" | "spam" | "suppressed";
export type Buyer = "browses" | "once" | "repeat" | "loyal";

/** Shares that hold in a shop of 20 as in one of 20,000, since everybody gets the next of them in turn. */
const STORIES: readonly MailStory[] = turns(
  { s: "subscribed", n: "never", u: "unsubscribed", b: "bounced", c: "spam", m: "suppressed" },
  "ssnsussbsnscsnsumsss nsssssunsssbssnsusns",
);
const BUYERS: readonly Buyer[] = turns({ b: "browses", o: "once", r: "repeat", l: "loyal" }, "brobolrborbobrbolrbr");

function turns<T>(letters: Record<string, T>, pattern: string): T[] {
  return [...pattern].flatMap((letter) => letters[letter] ?? []);
}

/** Who somebody is, before anything is known of what they did. */
export interface Person {
  index: number;
  id: string;
  first: Word;
  last: Word;
  place: Place;
  /** When they first came, ms. */
  arrived: number;
  story: MailStory;
  buyer: Buyer;
  /** 0 to 1: how much they care for letters. */
  engagement: number;
}

/** The external id of somebody who has ordered. */
export function customerNumber({ index }: Pick<Person, "index">): string {
  return `customer_${10_000 + index * 7}`;
}

export interface Era {
  calendar: Calendar;
  /** When the account was made, ms. */
  openedMs: number;
  nowMs: number;
}

/** The person of this index: always the same one, however large the shop is. */
export function createPerson(index: number, random: Random, era: Era): Person {
  const place = random.seek(index).pick(PLACES);
  const { first, last } = nameFrom(place, random);
  const story = STORIES[index % STORIES.length] ?? "never";
  const buyer = BUYERS[(index * 7 + Math.floor(index / 20) * 3) % BUYERS.length] ?? "browses";
  const isEarly = (story !== "subscribed" && story !== "never") || buyer === "loyal";
  const arrived = arrivalOf(index, isEarly, place, random, era);
  return {
    index,
    id: random.ulid(arrived),
    first,
    last,
    place,
    arrived,
    // Complaints are rarer than one in forty; small shops have one all the same.
    story: story === "spam" && index >= STORIES.length && random.chance(0.8) ? "subscribed" : story,
    buyer,
    engagement: random.next() ** 1.5,
  };
}

/** Most people are called as is usual where they live; many are not. */
export function nameFrom({ names }: Place, random: Random): { first: Word; last: Word } {
  const own = NAMES[random.chance(0.75) ? names : random.pick(REGIONS)];
  const first = random.pick(own.first);
  return { first, last: random.chance(0.9) ? random.pick(own.last) : random.pick(NAMES[random.pick(REGIONS)].last) };
}

function arrivalOf(index: number, isEarly: boolean, { offsetHours }: Place, random: Random, { calendar, openedMs, nowMs }: Era): number {
  const { startMs, moment } = calendar;
  const latest = nowMs - 2 * HOUR_MS;
  // A few are always new; many were there before the shop's history begins; who left, or buys a lot, did not come lately.
  if (index % 40 === 5) return moment(random, nowMs - 13 * DAY_MS, latest, offsetHours);
  if (random.chance(0.35)) return openedMs + 60 * DAY_MS + Math.floor(random.next() * ((startMs - openedMs - 60 * DAY_MS) / 1000)) * 1000;
  if (isEarly) return moment(random, startMs, startMs + 0.55 * (latest - startMs), offsetHours);
  return moment(random, startMs, startMs + (0.3 + 0.7 * random.next()) * (latest - startMs), offsetHours);
}
