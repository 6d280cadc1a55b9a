import type { JsonObject } from "../../lib/json.ts";
import { DAY_MS, HOUR_MS } from "./calendar.ts";
import type { Click } from "./click.ts";
import type { EventWriter } from "./event-writer.ts";
import { basket, checkout, order, type Line, type Order } from "./orders.ts";
import type { Buyer, Era, Person } from "./person.ts";
import { pickProduct, type Product } from "./products.ts";
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

/** Something that a flow can start with. */
export interface Happening {
  at: number;
  event: string | undefined;
}

/** What somebody did in the shop, each kind as it was written. */
export interface Shopped {
  looks: (Happening & { product: Product })[];
  /** Checkouts that led to no order at the time. */
  carts: (Happening & { lines: readonly Line[] })[];
  orders: Order[];
  /** Clicks whose code was used in an order. */
  used: Click[];
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
): Shopped {
  const { from, to } = timeHere(person, era);
  const isShort = to - from < 60 * DAY_MS;
  const visits = isShort ? 1 : random.between(...VISITS[person.buyer]);
  const device = DEVICES[random.below(DEVICES.length)] ?? {};
  const shopped: Shopped = { looks: [], carts: [], orders: [], used: [] };
  const visit = (at: number, until: "look" | "cart"): Visit => {
    const seen = browse(person, at, device, random, writer, until);
    shopped.looks.push(seen.first);
    return seen;
  };
  for (let i = 0; i < visits; i++) {
    const at = era.calendar.moment(random, from, to, person.place.offsetHours);
    const share = random.next();
    const seen = visit(at, share < 0.35 ? "cart" : "look");
    if (share >= 0.14) continue;
    const lines = basket(seen.product, person, random);
    shopped.carts.push({ ...checkout(seen.at, lines, writer), lines });
  }
  orders.forEach((planned, i) => {
    const click = random.chance(0.6) ? clicks[i] : undefined;
    const at = click ? click.at + random.between(1, 30) * MINUTE_MS : planned;
    const seen = visit(at, "cart");
    const reason = click && { attributed: click.attributed, code: click.code?.code };
    const placed = order(person, seen.at, basket(seen.product, person, random), reason, random, era, writer);
    shopped.orders.push(placed);
    if (click?.code) shopped.used.push(click);
  });
  return shopped;
}

function timeHere({ arrived }: Person, { calendar, nowMs }: Era): { from: number; to: number } {
  return { from: Math.max(arrived, calendar.startMs), to: nowMs - HOUR_MS };
}

interface Visit {
  at: number;
  /** What was looked at last. */
  product: Product;
  first: Shopped["looks"][number];
}

/** Looks at some products, and puts the last of them into the cart or not. */
function browse(person: Person, at: number, device: JsonObject, random: Random, writer: EventWriter, until: "look" | "cart"): Visit {
  writer.write("Active on Site", at, { properties: device });
  let time = at;
  const look = (): Shopped["looks"][number] => {
    time += random.between(20, 200) * 1000;
    const product = pickProduct(person.index, random);
    return { at: time, product, event: writer.write("Viewed Product", time, { properties: product.seen, value: product.price }) };
  };
  const first = look();
  let last = first;
  for (let more = random.between(0, 2); more > 0; more--) last = look();
  const { product } = last;
  if (until === "cart") writer.write("Added to Cart", (time += 30_000), { properties: product.seen, value: product.price });
  return { at: time, product, first };
}
