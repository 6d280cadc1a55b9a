import type { ShopLists } from "./lists.ts";
import type { TemplateName } from "./templates.ts";

/** A campaign that the shop sends every year. */
export interface Plan {
  name: string;
  month: number;
  day: number | "black friday";
  lists: (keyof ShopLists)[];
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
