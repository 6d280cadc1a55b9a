import type { Attributed } from "../resources/event-rows.ts";
import { DAY_MS, HOUR_MS } from "./calendar.ts";
import type { EventWriter } from "./event-writer.ts";
import type { Era, Person } from "./person.ts";
import { PRODUCTS, type Product } from "./products.ts";
import type { Random } from "./random.ts";

const MINUTE_MS = 60_000;

export interface Line {
  product: Product;
  quantity: number;
}

/** What goes along with a product in the cart. */
export function basket(product: Product, random: Random): Line[] {
  const lines = [{ product, quantity: random.chance(0.2) ? 2 : 1 }];
  for (let more = random.chance(0.45) ? random.between(1, 2) : 0; more > 0; more--) {
    const another = random.pick(PRODUCTS);
    if (lines.every((line) => line.product !== another)) lines.push({ product: another, quantity: 1 });
  }
  return lines;
}

export function checkout(at: number, products: readonly Product[], writer: EventWriter): void {
  const properties = {
    Items: products.map(({ name }) => name),
    ItemCount: products.length,
    CheckoutURL: "https://harbourandpine.example/checkout",
  };
  writer.write("Started Checkout", at + 60_000, { properties, value: cents(products.reduce((sum, { price }) => sum + price, 0)) });
}

/** The order itself, how it is shipped, and now and then taken back. */
export function order(
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
