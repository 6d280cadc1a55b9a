import type { ShopLists } from "./lists.ts";
import type { TemplateName } from "./template-bodies.ts";

/** What a campaign says, by channel. With a second subject it was an A/B test. */
export type PlanMessage =
  | { subject: string; preview: string; template: TemplateName; otherSubject?: string }
  | { text: string }
  | { title: string; body: string };

/** A campaign that the shop sends every year. */
export interface Plan {
  name: string;
  month: number;
  day: number | "black friday" | "cyber monday";
  lists: (keyof ShopLists)[];
  tags: string[];
  message: PlanMessage;
}

const ALL: Plan["lists"] = ["email", "newsletter"];
const COFFEE: Plan["lists"] = ["email", "coffee"];
const TRAIL: Plan["lists"] = ["email", "trail"];

/** A year of letters, texts and push messages. */
export const PLANS: readonly Plan[] = [
  letter(
    "Winter shelf sale",
    [1, 15],
    ALL,
    ["Winter", "Sale"],
    ["Wool, 20 % lower until Sunday", "Blankets, beanies, base layers", "Seasonal sale", "Three days for the winter shelf"],
  ),
  letter(
    "January letter",
    [1, 28],
    ["newsletter"],
    ["Winter", "Story"],
    ["Ice on the quay", "What froze, and what we roasted", "Monthly letter"],
  ),
  letter(
    "Valentine gift boxes",
    [2, 5],
    ALL,
    ["Winter", "Launch"],
    ["Two mugs, one blanket", "A box for two, packed by hand", "Gift guide"],
  ),
  text("Last boxes text", [2, 10], ["early"], ["Winter"], "Harbour & Pine: 30 boxes for two are left. They ship until noon tomorrow."),
  letter(
    "Brewing class",
    [2, 24],
    COFFEE,
    ["Winter", "Story", "Coffee"],
    ["Your grinder is too fine", "Five minutes on coarse and fine", "New roast"],
  ),
  letter(
    "Spring trail guide",
    [3, 19],
    TRAIL,
    ["Spring", "Story", "Outdoors"],
    ["Mud season, and why we like it", "Six miles along the old ferry road", "Trail guide"],
  ),
  letter(
    "April single origin",
    [4, 16],
    COFFEE,
    ["Spring", "Launch", "Coffee"],
    ["140 bags from Huehuetenango", "Plum, cocoa and cedar", "New roast", "Plum, cocoa and cedar in one bag"],
  ),
  push("Rain week push", [4, 27], ALL, ["Spring", "Sale"], "It rains until Friday", "Shells and dry bags ship free as long as it does."),
  letter(
    "Camp kitchen launch",
    [5, 14],
    ALL,
    ["Spring", "Launch", "Outdoors"],
    ["The trail press is here", "Coffee where the road ends", "Monthly letter"],
  ),
  letter(
    "Mother's Day boxes",
    [5, 5],
    ALL,
    ["Spring", "Sale"],
    ["For the one who taught you to brew", "Boxes that arrive by Sunday", "Gift guide"],
  ),
  letter("Cold brew season", [6, 11], COFFEE, ["Summer", "Coffee"], ["Sixteen hours, no heat", "Pouches for the cooler", "New roast"]),
  letter(
    "Midsummer sale",
    [6, 22],
    ALL,
    ["Summer", "Sale"],
    ["The longest day, the shortest prices", "Two days on everything for outside", "Seasonal sale", "15 % for as long as it is light"],
  ),
  letter(
    "Porch season letter",
    [7, 8],
    ALL,
    ["Summer", "Outdoors"],
    ["A stool, a flask, an evening", "What we take outside", "Plain note"],
  ),
  text(
    "Harbour fair text",
    [7, 25],
    ["early"],
    ["Summer"],
    "Harbour & Pine: find us at the harbour fair on Saturday. Show this text for a free cold brew.",
  ),
  letter(
    "Late summer letter",
    [8, 20],
    ["newsletter"],
    ["Summer", "Story"],
    ["What the fog brought in", "News from the quay", "Monthly letter"],
  ),
  letter(
    "September Guji release",
    [9, 17],
    COFFEE,
    ["Fall", "Launch", "Coffee"],
    ["Guji is back, in small lots", "Bright, floral, gone by October", "New roast"],
  ),
  push("Sweater push", [9, 29], ALL, ["Fall", "Launch"], "The harbour sweater is in", "Knitted up the coast, in four sizes."),
  letter(
    "Fall trail guide",
    [10, 15],
    TRAIL,
    ["Fall", "Story", "Outdoors"],
    ["Red leaves, dry socks", "Three walks under two hours", "Trail guide"],
  ),
  letter("Gift guide", [11, 5], ALL, ["Holiday"], ["Who has a tent already?", "Boxes under 60, boxes over 60", "Gift guide"]),
  letter(
    "Early access for members",
    [11, 19],
    ["vip"],
    ["Holiday", "VIP", "Sale"],
    ["Your keys to the early shelf", "One day before everybody else", "VIP early access"],
  ),
  letter(
    "Black Friday",
    ["black friday"],
    ALL,
    ["Holiday", "Sale"],
    ["25 % on the whole shop, until Monday", "The one sale of the fall", "Seasonal sale", "It is the one sale of the fall"],
  ),
  text(
    "Black Friday text",
    ["black friday"],
    ["early"],
    ["Holiday", "Sale"],
    "Harbour & Pine: the winter shelf opens now, 25 % off until Monday.",
  ),
  push("Cyber Monday push", ["cyber monday"], ALL, ["Holiday", "Sale"], "Last day", "25 % ends tonight, at midnight where you are."),
  letter("Holiday last orders", [12, 10], ALL, ["Holiday"], ["Six days left for the holidays", "Order by December 16", "Gift guide"]),
  letter(
    "Year's end letter",
    [12, 28],
    ["newsletter"],
    ["Holiday", "Story"],
    ["The year in twelve cups", "Thank you, from the two of us", "Plain note"],
  ),
];

type When = [month: number, day: number] | ["black friday" | "cyber monday"];
type Words = [subject: string, preview: string, template: TemplateName, otherSubject?: string];

/** Cyber Monday may fall into December: that it is named in November says only which one it is. */
function dateOf(when: When): Pick<Plan, "day" | "month"> {
  return when.length === 1 ? { month: 11, day: when[0] } : { month: when[0], day: when[1] };
}

function letter(name: string, when: When, lists: Plan["lists"], tags: string[], [subject, preview, template, otherSubject]: Words): Plan {
  return {
    name,
    ...dateOf(when),
    lists,
    tags,
    message: { subject, preview, template, ...(otherSubject !== undefined && { otherSubject }) },
  };
}

function text(name: string, when: When, lists: Plan["lists"], tags: string[], words: string): Plan {
  return { name, ...dateOf(when), lists, tags, message: { text: words } };
}

function push(name: string, when: When, lists: Plan["lists"], tags: string[], title: string, body: string): Plan {
  return { name, ...dateOf(when), lists, tags, message: { title, body } };
}
