import type { JsonObject } from "../../lib/json.ts";
import type { FlowStatus } from "../resources/flow-rows.ts";
import type { CouponName } from "./coupons.ts";
import type { TemplateName } from "./template-bodies.ts";

export interface PlanLetter {
  name: string;
  subject: string;
  preview: string;
  template: TemplateName;
  /** The letter holds a code of this coupon. */
  coupon?: CouponName;
}

export type Step =
  | { wait: { unit: "days" | "hours"; value: number; delay_until_time?: string } }
  | { stock: true }
  | { letter: PlanLetter }
  /** An A/B test of two letters. */
  | { test: [PlanLetter, PlanLetter] }
  /** One letter with the first order ever, the other with any later one. */
  | { first: PlanLetter; later: PlanLetter }
  | { text: string; name: string };

/** Which happening starts a flow: a list or a metric by name, a date, or a lower price. */
export type Start = { list: "email" | "texts" | "vip" } | { metric: string } | { birthday: true } | { price: true };

export interface FlowPlan {
  name: string;
  status: FlowStatus;
  start: Start;
  /** Metrics that end it: who did one of them since the start gets no more of it. */
  until: string[];
  reentry: JsonObject | null;
  tags: string[];
  /** When it was made, in days after the account. */
  day: number;
  steps: Step[];
}

const hours = (value: number): Step => ({ wait: { unit: "hours", value } });
const days = (value: number, delay_until_time?: string): Step => ({
  wait: { unit: "days", value, ...(delay_until_time !== undefined && { delay_until_time }) },
});
const letter = (name: string, subject: string, preview: string, template: TemplateName, coupon?: CouponName): PlanLetter => ({
  name,
  subject,
  preview,
  template,
  ...(coupon && { coupon }),
});

/** The flows of the shop, by the word that the seed knows them by. */
export const FLOW_PLANS = {
  welcome: {
    name: "Welcome aboard",
    status: "live",
    start: { list: "email" },
    until: [],
    reentry: null,
    tags: ["Welcome", "Automated"],
    day: 150,
    steps: [
      { letter: letter("Welcome 1: gift", "A parcel that weighs less", "10 % off the first one", "Welcome gift", "WELCOME10") },
      days(2, "09:00:00Z"),
      {
        test: [
          letter("Welcome 2: story", "A boat shed and a roaster from 1961", "Who we are", "Our story"),
          letter("Welcome 2: question", "How do you like it: light or dark?", "A roast for you", "Welcome"),
        ],
      },
      days(4),
      { letter: letter("Welcome 3: guide", "Six miles and a thermos", "The walk of the month", "Trail guide") },
    ],
  },
  texts: {
    name: "First texts",
    status: "live",
    start: { list: "texts" },
    until: [],
    reentry: null,
    tags: ["Welcome", "Automated"],
    day: 520,
    steps: [
      { text: "Harbour & Pine: you are in. Early shelves come by text from now on. STOP ends it.", name: "Hello by text" },
      days(3),
      { text: "Harbour & Pine: the roaster runs on Tuesdays. Order by Monday night and it ships fresh.", name: "Roast day" },
    ],
  },
  cart: {
    name: "Abandoned checkout",
    status: "live",
    start: { metric: "Started Checkout" },
    until: ["Placed Order"],
    reentry: { duration: 3, unit: "day" },
    tags: ["Cart", "Automated"],
    day: 160,
    steps: [
      hours(4),
      { letter: letter("Cart 1", "Your cart stands in the aisle", "We have kept it", "Left in the cart") },
      hours(20),
      { letter: letter("Cart 2", "Tomorrow it goes back on the shelf", "Something held you up?", "Cart, last call") },
      days(1),
      { text: "Harbour & Pine: your cart is still here. Reply with a question, a person reads it.", name: "Cart by text" },
    ],
  },
  browse: {
    name: "Browse abandonment",
    status: "live",
    start: { metric: "Viewed Product" },
    until: ["Started Checkout", "Placed Order"],
    reentry: { duration: 14, unit: "day" },
    tags: ["Automated"],
    day: 240,
    steps: [hours(3), { letter: letter("Looked at", "What others say of it", "From people who have one", "You looked at this") }],
  },
  thanks: {
    name: "After an order",
    status: "live",
    start: { metric: "Placed Order" },
    until: [],
    reentry: { duration: 1, unit: "hour" },
    tags: ["Customers", "Automated"],
    day: 170,
    steps: [
      days(1),
      {
        first: letter("Thanks, first order", "It is on the packing table", "Thank you for your first order", "First order"),
        later: letter("Thanks, again", "You again: good", "A handful of the new lot", "Another order"),
      },
      days(14),
      { letter: letter("Ask for a review", "Two weeks on, how is it?", "Three lines help", "How is it") },
    ],
  },
  winback: {
    name: "Win-back",
    status: "live",
    start: { metric: "Placed Order" },
    until: ["Placed Order"],
    reentry: { duration: 1, unit: "day" },
    tags: ["Win-back", "Automated"],
    day: 300,
    steps: [
      days(90),
      { letter: letter("Win-back 1", "It has been a while", "The kettle still knows you", "We miss you") },
      days(14),
      { letter: letter("Win-back 2: gift", "One more reason", "20 % for you alone", "Win-back gift", "WINBACK20") },
    ],
  },
  birthday: {
    name: "Birthday",
    status: "live",
    start: { birthday: true },
    until: [],
    reentry: null,
    tags: ["Customers", "Automated"],
    day: 330,
    steps: [{ letter: letter("Birthday", "The cake needs no baking", "15 % this week", "Birthday", "BIRTHDAY15") }],
  },
  stock: {
    name: "Back in stock",
    status: "live",
    start: { metric: "Subscribed to Back in Stock" },
    until: [],
    reentry: { duration: 1, unit: "hour" },
    tags: ["Automated"],
    day: 360,
    steps: [{ stock: true }, { letter: letter("Back on the shelf", "It is back", "We told you first", "Back on the shelf") }],
  },
  price: {
    name: "Price drop",
    status: "manual",
    start: { price: true },
    until: ["Placed Order"],
    reentry: { duration: 2, unit: "week" },
    tags: ["Sale", "Needs review"],
    day: 780,
    steps: [{ letter: letter("Lower price", "Less than this morning", "Something you looked at", "Lower price") }],
  },
  vip: {
    name: "Regulars",
    status: "draft",
    start: { list: "vip" },
    until: [],
    reentry: null,
    tags: ["VIP", "Needs review"],
    day: 860,
    steps: [days(1), { letter: letter("Regulars 1", "A mug with your name", "Five orders make a regular", "VIP thanks") }],
  },
} as const satisfies Record<string, FlowPlan>;

export type FlowKey = keyof typeof FLOW_PLANS;
