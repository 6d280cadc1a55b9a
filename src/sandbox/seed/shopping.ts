import type { JsonObject } from "../../lib/json.ts";
import type { Attributed } from "../resources/event-rows.ts";
import { DAY_MS, HOUR_MS } from "./calendar.ts";
import type { EventWriter } from "./event-writer.ts";
import { basket, checkout, order } from "./orders.ts";
import type { Buyer, Era, Person } from "./person.ts";
import { PRODUCTS, type Product } from "./products.ts";
import type { Random } from "./random.ts";

const MINUTE_MS = 60_000;
const ORDERS: Record<Buyer, [least: number, most: number]> = { browses: [0, 0], once: [1, 1], repeat: [2, 4], loyal: [5, 8] };
const VISITS: Record<Buyer, [least: number, most: number]> = { browses: [1, 4], once: [1, 4], repeat: [2, 5], loyal: [3, 8] };

const DEVICES: JsonObject[] = ["Chrome/macOS", "Chrome/Windows", "Safari/iOS", "Safari/macOS", "Chrome/Android", "Firefox/Linux"].map(
  (each) => {
    const [browser = "", os = ""] = each.split("/");
    return { browser, os, page: "https://harbourandpine.example/" };
  },
);

/** A click in a letter, which an order can be credited to. */
export interface Click {
  at: number;
  attributed: Attributed;
}

/** When the person orders, oldest first. Nobody orders more often than every 18 days of their time here. */
export function planOrders(person: Person, random: Random, era: Era): number[] {
  const { from, to } = timeHere(person, era);
  const most = Math.floor((to - from) / (18 * DAY_MS)) + 1;
  const count = Math.min(most, random.between(...ORDERS[person.buyer]));
  const times = Array.from({ length: count }, () => era.calendar.moment(random, from, to, person.place.offsetHours));
  return times.toSorted((a, b) => a - b);
}

/** Visits and orders of one person. Orders move to right after clicks where there are some. */
export function writeShopping(
  person: Person,
  orders: readonly number[],
  clicks: readonly Click[],
  random: Random,
  era: Era,
  writer: EventWriter,
): void {
  const { from, to } = timeHere(person, era);
  const isShort = to - from < 60 * DAY_MS;
  const visits = isShort ? 1 : random.between(...VISITS[person.buyer]);
  const device = DEVICES[random.below(DEVICES.length)] ?? {};
  for (let i = 0; i < visits; i++) {
    const at = era.calendar.moment(random, from, to, person.place.offsetHours);
    const share = random.next();
    const { at: left } = browse(at, device, random, writer, share < 0.35 ? "cart" : "look");
    if (share < 0.14) checkout(left, [random.pick(PRODUCTS)], writer);
  }
  orders.forEach((planned, i) => {
    const click = random.chance(0.6) ? clicks[i] : undefined;
    const at = click ? click.at + random.between(1, 30) * MINUTE_MS : planned;
    const { at: left, product } = browse(at, device, random, writer, "cart");
    order(person, left, basket(product, random), click?.attributed, random, era, writer);
  });
}

function timeHere({ arrived }: Person, { calendar, nowMs }: Era): { from: number; to: number } {
  return { from: Math.max(arrived, calendar.startMs), to: nowMs - HOUR_MS };
}

/** Looks at some products, and puts the last of them into the cart or not. */
function browse(
  at: number,
  device: JsonObject,
  random: Random,
  writer: EventWriter,
  until: "look" | "cart",
): { at: number; product: Product } {
  writer.write("Active on Site", at, { properties: device });
  let time = at;
  let product = random.pick(PRODUCTS);
  for (let looked = random.between(1, 3); looked > 0; looked--) {
    time += random.between(20, 200) * 1000;
    product = random.pick(PRODUCTS);
    writer.write("Viewed Product", time, { properties: product.seen, value: product.price });
  }
  if (until === "cart") writer.write("Added to Cart", (time += 30_000), { properties: product.seen, value: product.price });
  return { at: time, product };
}
