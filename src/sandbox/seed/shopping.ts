import type { JsonObject } from "../../lib/json.ts";
import type { Attributed } from "../resources/event-rows.ts";
import { DAY_MS, HOUR_MS } from "./calendar.ts";
import type { EventWriter } from "./event-writer.ts";
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

/** One order and nothing else, as an import from another shop leaves it. */
export function writeImportedOrder(person: Person, at: number, random: Random, era: Era, writer: EventWriter): void {
  const product = random.pick(PRODUCTS);
  const OrderId = orderNumber(person, at, era);
  writer.write("Placed Order", at, {
    properties: { OrderId, Items: [product.name], ItemCount: 1 },
    value: product.price,
    uniqueId: OrderId,
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

interface Line {
  product: Product;
  quantity: number;
}

function basket(product: Product, random: Random): Line[] {
  const lines = [{ product, quantity: random.chance(0.2) ? 2 : 1 }];
  for (let more = random.chance(0.45) ? random.between(1, 2) : 0; more > 0; more--) {
    const another = random.pick(PRODUCTS);
    if (lines.every((line) => line.product !== another)) lines.push({ product: another, quantity: 1 });
  }
  return lines;
}

function checkout(at: number, products: readonly Product[], writer: EventWriter): void {
  const properties = {
    Items: products.map(({ name }) => name),
    ItemCount: products.length,
    CheckoutURL: "https://harbourandpine.example/checkout",
  };
  writer.write("Started Checkout", at + 60_000, { properties, value: cents(products.reduce((sum, { price }) => sum + price, 0)) });
}

function order(
  person: Person,
  left: number,
  lines: readonly Line[],
  attributed: Attributed | undefined,
  random: Random,
  era: Era,
  writer: EventWriter,
): void {
  checkout(
    left,
    lines.map(({ product }) => product),
    writer,
  );
  const at = left + random.between(2, 6) * MINUTE_MS;
  const OrderId = orderNumber(person, at, era);
  const ItemCount = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const value = cents(lines.reduce((sum, { product, quantity }) => sum + product.price * quantity, 0));
  const Items = lines.map(({ product }) => product.name);
  const Categories = [...new Set(lines.flatMap(({ product }) => product.categories))];
  const DiscountCodes = attributed && random.chance(0.4) ? ["LETTER10"] : [];
  writer.write("Placed Order", at, {
    properties: { OrderId, Items, Categories, ItemCount, DiscountCodes },
    value,
    uniqueId: OrderId,
    ...(attributed && { attributed }),
  });
  for (const { product, quantity } of lines) {
    const properties = { OrderId, ProductID: product.id, ProductName: product.name, Quantity: quantity, Categories: product.categories };
    writer.write("Ordered Product", at, { properties, value: cents(product.price * quantity), uniqueId: `${OrderId}-${product.id}` });
  }
  const shipped = at + random.between(20, 70) * HOUR_MS;
  writer.write("Fulfilled Order", shipped, { properties: { OrderId, ItemCount }, value, uniqueId: OrderId });
  if (random.chance(0.05)) {
    const refunded = shipped + random.between(5, 18) * DAY_MS;
    writer.write("Refunded Order", refunded, { properties: { OrderId, Reason: "Returned" }, value, uniqueId: OrderId });
  }
}

function orderNumber({ index }: Person, at: number, { openedMs }: Era): string {
  return `HP-${Math.floor((at - openedMs) / MINUTE_MS)}${String(index % 100).padStart(2, "0")}`;
}

function cents(value: number): number {
  return Math.round(value * 100) / 100;
}
