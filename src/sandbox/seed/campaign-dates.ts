import { blackFridayOf, DAY_MS, HOUR_MS } from "./calendar.ts";
import { PLANS, type Plan } from "./campaign-plan.ts";

/** A plan in one of its years. */
export interface Occasion {
  plan: Plan;
  year: number;
  sendAt: number;
}

/** The latest one is old enough for everybody to have reacted, and far from what Smart Sending looks at. */
const SETTLED_MS = 4 * DAY_MS;

/** The campaigns of the shop's history, oldest first, and the next one to come by email. */
export function occasionsAround(startMs: number, nowMs: number): { past: Occasion[]; next: Occasion | undefined } {
  const first = new Date(startMs).getUTCFullYear();
  const all = [0, 1, 2, 3]
    .flatMap((years) => PLANS.map((each): Occasion => ({ plan: each, year: first + years, sendAt: sendTime(each, first + years) })))
    .toSorted((a, b) => a.sendAt - b.sendAt);
  const past = all.filter(({ sendAt }) => sendAt > startMs + 7 * DAY_MS && sendAt < nowMs - SETTLED_MS);
  return { past, next: all.find((each) => each.sendAt > nowMs + 3 * DAY_MS && "subject" in each.plan.message) };
}

function sendTime({ month, day }: Plan, year: number): number {
  const date = day === "black friday" ? blackFridayOf(year) : day === "cyber monday" ? blackFridayOf(year) + 3 : day;
  return Date.UTC(year, month - 1, date) + 14 * HOUR_MS;
}
