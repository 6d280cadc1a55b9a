import { flowNotes } from "../flows/outbox.ts";
import { flowRuns } from "../flows/arrivals.ts";
import { momentAt } from "../flows/waits.ts";
import { DAY_MS } from "./calendar.ts";
import type { Click } from "./click.ts";
import { passThrough, type Arrival, type Passing } from "./flow-passage.ts";
import type { MadeFlow } from "./flows.ts";
import { fill } from "./fill.ts";
import type { Making } from "./making.ts";
import { basket, order, type Line } from "./orders.ts";
import type { Person } from "./person.ts";
import type { Product } from "./products.ts";
import type { Happening, Shopped } from "./shopping.ts";

const MINUTE_MS = 60_000;
const MORNING_MS = 9 * 3_600_000;
/** How many of those who click in a reminder order then, and how many use a gift that they clicked. */
const RECOVERED = 0.4;
const BROWSED = 0.15;

export type Journey = Omit<Passing, "isOver">;

const endless = (): boolean => false;

/** What the flows of sign-ups wrote to somebody. Returns the clicks. */
export function writeWelcome({ flows }: Making, journey: Journey): Click[] {
  const { to } = journey;
  const passing = { ...journey, isOver: endless };
  const clicks: Click[] = [];
  if (Number.isFinite(to.subscribedSince)) clicks.push(...passThrough(flows.welcome, { at: to.subscribedSince }, passing));
  if (to.textsSince !== undefined) clicks.push(...passThrough(flows.texts, { at: to.textsSince }, passing));
  return clicks;
}

/** What flows wrote because of what somebody did in the shop, and the orders that came of it, which are added to `shopped`. */
export function writeJourneys(making: Making, journey: Journey, shopped: Shopped, person: Person): void {
  const { flows, era } = making;
  const { ctx, random } = journey;
  const sorted = <T extends { at: number }>(items: readonly T[]): T[] => items.toSorted((a, b) => a.at - b.at);
  const isOrdered = (since: number, at: number): boolean => shopped.orders.some((each) => each.at >= since - 1000 && each.at <= at);
  const isBusy = (since: number, at: number): boolean =>
    isOrdered(since, at) || shopped.carts.some((each) => each.at >= since - 1000 && each.at <= at);
  const convert = (click: Click, share: number, lines: readonly Line[]): void => {
    if (person.buyer === "browses" || !random.chance(share)) return;
    const reason = { attributed: click.attributed, code: click.code?.code };
    shopped.orders.push(order(person, click.at + 5 * MINUTE_MS, lines, reason, random, era, journey.writer));
    if (click.code) shopped.used.push(click);
  };
  for (const cart of sorted([...shopped.carts])) {
    for (const click of passThrough(flows.cart, cart, { ...journey, isOver: isOrdered })) {
      if (!isOrdered(cart.at, click.at)) convert(click, RECOVERED, cart.lines);
    }
  }
  for (const look of sorted(shopped.looks)) {
    for (const click of passThrough(flows.browse, look, { ...journey, isOver: isBusy }))
      convert(click, BROWSED, basket(look.product, person, random));
  }
  writeStock(making, journey, shopped, (click, product) => convert(click, RECOVERED, basket(product, person, random)));
  sorted(shopped.orders).forEach((each, i) => {
    if (each.at > ctx.now) return;
    const arrival: Arrival = { ...each, isFirst: i === 0 };
    passThrough(flows.thanks, arrival, { ...journey, isOver: endless });
    const isAgain = (since: number, at: number): boolean => shopped.orders.some((other) => other.at > since && other.at <= at);
    for (const click of passThrough(flows.winback, arrival, { ...journey, isOver: isAgain })) {
      if (!isAgain(each.at, click.at)) convert(click, RECOVERED, each.lines);
    }
  });
  holdPrices(flows.price, journey, shopped.looks);
}

/** One look in thirty is at something that is sold out. */
function writeStock({ flows }: Making, journey: Journey, { looks }: Shopped, convert: (click: Click, product: Product) => void): void {
  const { random, writer, to } = journey;
  for (const { at, product } of looks) {
    const variant = product.variants[0];
    if (!variant || to.row.email === undefined || !random.chance(0.035)) continue;
    const properties = {
      ProductID: product.id,
      ProductName: product.name,
      VariantId: variant.id,
      VariantName: variant.title,
      SKU: variant.id,
      Price: variant.price,
      URL: product.url,
      ImageURL: product.image,
      Channels: ["EMAIL"],
    };
    const asked = at + MINUTE_MS;
    const event = writer.write("Subscribed to Back in Stock", asked, { properties, uniqueId: `${variant.id}:${asked}` });
    if (event === undefined) continue;
    for (const click of passThrough(flows.stock, { at: asked, event }, { ...journey, isOver: endless })) convert(click, product);
  }
}

/** Messages of the manual flow wait for somebody to approve them: those of the last days. */
function holdPrices({ flow, steps }: MadeFlow, { ctx, to, random }: Journey, looks: readonly Happening[]): void {
  const [step] = steps;
  const recent = looks.find(({ at }) => at > ctx.now - 12 * DAY_MS && at < ctx.now - 2 * DAY_MS);
  if (step?.kind !== "send" || !recent || to.person.index % 3 > 0) return;
  const at = recent.at + DAY_MS;
  fill(ctx.rows(flowNotes), {
    id: random.ulid(at),
    kind: "held",
    flow: flow.id,
    message: step.options[0].message,
    profile: to.person.id,
    at,
  });
}

/** The birthday's letter of every year that the flow has seen. Whose morning is still to come today stands before the door already. */
export function writeBirthdays({ flows }: Making, journey: Journey, birthday: string | undefined): Click[] {
  const [, month, day] = (birthday ?? "").split("-").map(Number);
  // The 29th of February is left out: the engine keeps it on the 28th.
  if (month === undefined || day === undefined || (month === 2 && day === 29)) return [];
  const { ctx, zone, to, random } = journey;
  const { flow, since } = flows.birthday;
  const midnight = (Math.floor(ctx.now / DAY_MS) + 1) * DAY_MS;
  const clicks: Click[] = [];
  for (let year = new Date(since).getUTCFullYear(); year <= new Date(midnight).getUTCFullYear(); year++) {
    const date = Date.UTC(year, month - 1, day);
    const at = momentAt(date + MORNING_MS, zone);
    if (at >= Math.max(since, to.person.arrived) && at < ctx.now - MINUTE_MS)
      clicks.push(...passThrough(flows.birthday, { at }, { ...journey, isOver: endless }));
    if (at >= ctx.now - MINUTE_MS && at < midnight)
      fill(ctx.rows(flowRuns), { id: random.ulid(ctx.now), flow: flow.id, profile: to.person.id, date, at: Math.max(at, ctx.now + 1000) });
  }
  return clicks;
}
