import { DAY_MS, wholeSecond } from "./calendar.ts";
import type { Sent } from "./sent.ts";
import type { Era, Person } from "./person.ts";
import type { Random } from "./random.ts";

/** How and when somebody ceased to get mail; `sent` is the campaign that made them. */
export interface Leaving {
  how: "unsubscribed" | "bounced" | "spam" | "suppressed";
  at: number;
  sent?: Sent;
}

const MINUTE_MS = 60_000;

/** When and over which campaign somebody with this story leaves: a bounce at the first letter, all else at any. */
export function planLeaving(
  person: Person,
  joined: ReadonlyMap<string, number>,
  sent: readonly Sent[],
  random: Random,
  { nowMs }: Era,
): Leaving | undefined {
  const { story, arrived } = person;
  if (story === "subscribed" || story === "never") return undefined;
  const letters = sent.filter((each) => each.mailings[0].channel === "email" && isInvited(each, joined));
  const [first] = letters;
  if (story === "suppressed" || !first) {
    const at = wholeSecond(arrived + DAY_MS + random.next() * Math.max(0, nowMs - arrived - 2 * DAY_MS));
    return { how: story === "unsubscribed" ? story : "suppressed", at };
  }
  const chosen = story === "bounced" ? first : random.pick([first, ...letters.slice(1)]);
  const delivered = chosen.sendAt + chosen.mailings[0].spreadMs;
  return { how: story, at: story === "bounced" ? delivered : delivered + random.between(5, 20 * 60) * MINUTE_MS, sent: chosen };
}

/** Whether a campaign went to somebody who was on one of its lists in time. */
export function isInvited({ included, sendAt }: Sent, joined: ReadonlyMap<string, number>): boolean {
  return included.some((list) => (joined.get(list) ?? Number.POSITIVE_INFINITY) < sendAt);
}
