import type { Attributed } from "../resources/event-rows.ts";
import { DAY_MS, HOUR_MS } from "./calendar.ts";
import type { EventWriter } from "./event-writer.ts";
import type { Era, Person } from "./person.ts";
import { pickProduct, PRODUCTS, type Product, type Variant } from "./products.ts";
import type { Random } from "./random.ts";

const MINUTE_MS = 60_000;

export interface Line {
  product: Product;
  variant: Variant;
  quantity: number;
}

/** An order that was placed. `event` is its "Placed Order". */
export interface Order {
  at: number;
  event: string | undefined;
  lines: readonly Line[];
}

/** Why somebody orders: what it is credited to, and the code that makes it cheaper. */
export interface Reason {
  attributed: Attributed;
  code?: string | undefined;
}

/** What goes along with a product in the cart. */
export function basket(product: Product, { index }: Person, random: Random): Line[] {
  const line = (each: Product, quantity: number): Line => ({ product: each, variant: variantOf(each, random), quantity });
  const lines = [line(product, random.chance(0.2) ? 2 : 1)];
  for (let more = random.chance(0.45) ? random.between(1, 2) : 0; more > 0; more--) {
    const another = pickProduct(index, random);
    if (lines.every(({ product: known }) => known !== another)) lines.push(line(another, 1));
  }
  return lines;
}

function variantOf({ id, name, price, variants }: Product, random: Random): Variant {
  return variants[random.below(variants.length)] ?? { id, title: name, price };
}

/** Returns the event and its time, right after the cart. */
export function checkout(cartAt: number, lines: readonly Line[], writer: EventWriter): { at: number; event: string | undefined } {
  const at = cartAt + MINUTE_MS;
  const properties = {
    Items: lines.map(({ product }) => product.name),
    ItemCount: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    CheckoutURL: "https://harbourandpine.example/checkout",
  };
  return { at, event: writer.write("Started Checkout", at, { properties, value: valueOf(lines) }) };
}

/** The order itself, how it is shipped, and now and then called off or taken back. */
export function order(
  person: Person,
  cartAt: number,
  lines: readonly Line[],
  reason: Reason | undefined,
  random: Random,
  era: Era,
  writer: EventWriter,
): Order {
  checkout(cartAt, lines, writer);
  const at = cartAt + random.between(2, 6) * MINUTE_MS;
  const OrderId = orderNumber(person, at, era);
  const ItemCount = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const value = cents(valueOf(lines) * (reason?.code === undefined ? 1 : 0.85));
  const Items = lines.map(({ product }) => product.name);
  const Categories = [...new Set(lines.flatMap(({ product }) => product.categories))];
  const general = reason && random.chance(0.3) ? ["LETTER10"] : [];
  const DiscountCodes = reason?.code === undefined ? general : [reason.code];
  const event = writer.write("Placed Order", at, {
    properties: { OrderId, Items, Categories, ItemCount, DiscountCodes },
    value,
    uniqueId: OrderId,
    ...(reason && { attributed: reason.attributed }),
  });
  for (const { product, variant, quantity } of lines) {
    const { id: ProductID, name: ProductName, categories, url: URL, image: ImageURL } = product;
    const properties = {
      OrderId,
      ProductID,
      ProductName,
      VariantId: variant.id,
      Quantity: quantity,
      Categories: categories,
      URL,
      ImageURL,
    };
    writer.write("Ordered Product", at, { properties, value: cents(variant.price * quantity), uniqueId: `${OrderId}-${variant.id}` });
  }
  writeFate({ OrderId, ItemCount, value, at }, random, writer);
  return { at, event, lines };
}

function writeFate(
  { OrderId, ItemCount, value, at }: { OrderId: string; ItemCount: number; value: number; at: number },
  random: Random,
  writer: EventWriter,
): void {
  if (random.chance(0.02)) {
    const called = at + random.between(1, 10) * HOUR_MS;
    writer.write("Cancelled Order", called, { properties: { OrderId, Reason: "Changed my mind" }, value, uniqueId: OrderId });
    return;
  }
  const shipped = at + random.between(20, 70) * HOUR_MS;
  writer.write("Fulfilled Order", shipped, { properties: { OrderId, ItemCount }, value, uniqueId: OrderId });
  if (!random.chance(0.05)) return;
  const refunded = shipped + random.between(5, 18) * DAY_MS;
  writer.write("Refunded Order", refunded, { properties: { OrderId, Reason: "Returned" }, value, uniqueId: OrderId });
}

function valueOf(lines: readonly Line[]): number {
  return cents(lines.reduce((sum, { variant, quantity }) => sum + variant.price * quantity, 0));
}

function orderNumber({ index }: Person, at: number, { openedMs }: Era): string {
  return `HP-${Math.floor((at - openedMs) / MINUTE_MS)}${String(index % 100).padStart(2, "0")}`;
}

function cents(value: number): number {
  return Math.round(value * 100) / 100;
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
