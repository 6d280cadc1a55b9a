import type { FreshLists } from "./fresh.ts";
import type { ShopLists } from "./groups.ts";
import { DAY_MS, HOUR_MS } from "./calendar.ts";
import type { TemplateName } from "./templates.ts";

/** A campaign that the shop sends every year. */
export interface Plan {
  name: string;
  month: number;
  day: number | "black friday";
  lists: (keyof ShopLists & keyof (FreshLists & ShopLists))[];
  tags: string[];
  message: { subject: string; preview: string; template: TemplateName } | { body: string };
}

const EVERYBODY: Plan["lists"] = ["email", "newsletter"];

export const PLANS: readonly Plan[] = [
  plan(
    "Winter shelf sale",
    1,
    15,
    EVERYBODY,
    ["Winter", "Sale"],
    "Wool, 20 % lower until Sunday",
    "Blankets, beanies, base layers",
    "Seasonal sale",
  ),
  plan(
    "Valentine gift boxes",
    2,
    5,
    EVERYBODY,
    ["Winter", "Launch"],
    "Two mugs, one blanket",
    "A box for two, packed by hand",
    "Gift guide",
  ),
  plan(
    "Spring trail guide",
    3,
    19,
    ["email", "trail"],
    ["Spring", "Story", "Outdoors"],
    "Mud season, and why we like it",
    "Six miles along the old ferry road",
    "Trail guide",
  ),
  plan(
    "April single origin",
    4,
    16,
    ["email", "coffee"],
    ["Spring", "Launch", "Coffee"],
    "140 bags from Huehuetenango",
    "Plum, cocoa and cedar",
    "New roast",
  ),
  plan(
    "Camp kitchen launch",
    5,
    14,
    EVERYBODY,
    ["Spring", "Launch", "Outdoors"],
    "The trail press is here",
    "Coffee where the road ends",
    "Monthly letter",
  ),
  plan(
    "Cold brew season",
    6,
    11,
    ["email", "coffee"],
    ["Summer", "Coffee"],
    "Sixteen hours, no heat",
    "Pouches for the cooler",
    "New roast",
  ),
  plan(
    "Porch season letter",
    7,
    8,
    EVERYBODY,
    ["Summer", "Outdoors"],
    "A stool, a flask, an evening",
    "What we take outside",
    "Plain note",
  ),
  plan("Late summer letter", 8, 20, ["newsletter"], ["Summer", "Story"], "What the fog brought in", "News from the quay", "Monthly letter"),
  plan(
    "September Guji release",
    9,
    17,
    ["email", "coffee"],
    ["Fall", "Launch", "Coffee"],
    "Guji is back, in small lots",
    "Bright, floral, gone by October",
    "New roast",
  ),
  plan(
    "Fall trail guide",
    10,
    15,
    ["email", "trail"],
    ["Fall", "Story", "Outdoors"],
    "Red leaves, dry socks",
    "Three walks under two hours",
    "Trail guide",
  ),
  plan(
    "Early access for members",
    11,
    19,
    ["vip"],
    ["Holiday", "VIP", "Sale"],
    "Your keys to the early shelf",
    "One day before everybody else",
    "VIP early access",
  ),
  {
    name: "Black Friday text",
    month: 11,
    day: "black friday",
    lists: ["early"],
    tags: ["Holiday", "Sale"],
    message: { body: "Harbour & Pine: the winter shelf opens now, 20 % off until Monday." },
  },
  plan("Holiday last orders", 12, 10, EVERYBODY, ["Holiday"], "Six days left for the holidays", "Order by December 16", "Gift guide"),
];

function plan(
  name: string,
  month: number,
  day: number,
  lists: Plan["lists"],
  tags: string[],
  subject: string,
  preview: string,
  template: TemplateName,
): Plan {
  return { name, month, day, lists, tags, message: { subject, preview, template } };
}

/** A plan in one of its years. */
export interface Occasion {
  plan: Plan;
  year: number;
  sendAt: number;
}

const MAX_PAST = 16;
/** The latest one is old enough for everybody to have reacted, and far from what Smart Sending looks at. */
const SETTLED_MS = 4 * DAY_MS;

/** The latest campaigns of the shop's history, oldest first, and the next one to come by email. */
export function occasionsAround(startMs: number, nowMs: number): { past: Occasion[]; next: Occasion | undefined } {
  const first = new Date(startMs).getUTCFullYear();
  const all = [0, 1, 2, 3]
    .flatMap((years) => PLANS.map((each): Occasion => ({ plan: each, year: first + years, sendAt: sendTime(each, first + years) })))
    .toSorted((a, b) => a.sendAt - b.sendAt);
  const past = all.filter(({ sendAt }) => sendAt > startMs + 7 * DAY_MS && sendAt < nowMs - SETTLED_MS);
  return { past: past.slice(-MAX_PAST), next: all.find((each) => each.sendAt > nowMs + 3 * DAY_MS && "subject" in each.plan.message) };
}

function sendTime({ month, day }: Plan, year: number): number {
  const date = day === "black friday" ? blackFriday(year) : day;
  return Date.UTC(year, month - 1, date) + 14 * HOUR_MS;
}

/** The day after the fourth Thursday of November. */
function blackFriday(year: number): number {
  const weekday = new Date(Date.UTC(year, 10, 1)).getUTCDay();
  return 1 + ((11 - weekday) % 7) + 21 + 1;
}
