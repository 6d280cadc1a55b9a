import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { MINUTE } from "./campaigning.ts";
import { changeBody, inPath, itemBody, jobBody, stockBody, variantBody } from "./catalog-bodies.ts";
import { email, groups, openFlowing, type Flowing } from "./flowing.ts";
import { behaviour } from "./provenance.ts";

let account: Flowing;
beforeEach(async () => {
  account = await openFlowing();
  await account.call("POST /api/catalog-items", itemBody("mug", { title: "Mug", price: 20 }));
  for (const [variant, quantity] of [
    ["red", 0],
    ["blue", 9],
  ] as const)
    await account.call("POST /api/catalog-variants", variantBody(variant, "mug", { inventory_quantity: quantity }));
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const SECTION = "behaviour.md §2.14";
const spec = { as: "documented", from: SECTION } as const;
const grammar = { as: "documented", from: "openapi/stable-2026-07-15.json FlowDefinition" } as const;
const advance = (ms = MINUTE) => account.control.advance(ms);
const DAY = 24 * 60 * MINUTE;

async function stock(variant: string, inventory_quantity: number): Promise<void> {
  await account.call(`PATCH /api/catalog-variants/${inPath(variant)}`, changeBody("catalog-variant", variant, { inventory_quantity }));
  advance();
}
async function price(value: number): Promise<void> {
  await account.call(`PATCH /api/catalog-items/${inPath("mug")}`, changeBody("catalog-item", "mug", { price: value }));
  advance();
}
/** Makes people of these first names, and returns what each has been sent by flows. */
async function people(...names: string[]): Promise<() => Promise<Record<string, string[]>>> {
  const ids = await Promise.all(names.map((name) => account.person({ email: `${name}@gmail.com` })));
  return async () => Object.fromEntries(await Promise.all(names.map(async (name, i) => [name, await account.sent(ids[i] ?? "")] as const)));
}
const saw = (name: string, metric: string, properties: JsonObject, at = 0) =>
  account.track(`${name}@gmail.com`, metric, { properties, time: new Date(Date.UTC(2026, 6, 15, 10) - at).toISOString() });

describe("a back-in-stock delay", () => {
  const wait = async (): Promise<string> => {
    // The metric is there once somebody has subscribed.
    await account.call("POST /api/back-in-stock-subscriptions", stockBody("blue", { email: "first@gmail.com" }));
    advance();
    const trigger = { type: "metric", id: await account.metric("Subscribed to Back in Stock"), trigger_filter: null };
    const flow = await account.flow(trigger, [{ type: "back-in-stock-delay" }, email("Back")]);
    await account.set(flow, "live");
    advance();
    return flow;
  };
  const subscribe = async (name: string, variant: string): Promise<void> => {
    await account.call("POST /api/back-in-stock-subscriptions", stockBody(variant, { email: `${name}@gmail.com` }));
    advance();
  };

  behaviour("holds people until their variant is there again, and nobody else", spec, async () => {
    await wait();
    const sent = await people("ada", "bob");
    await subscribe("ada", "red");
    await subscribe("bob", "blue");
    expect(await sent()).toEqual({ ada: [], bob: ["Back"] });
    advance(30 * DAY);
    await stock("blue", 12);
    expect(await sent()).toEqual({ ada: [], bob: ["Back"] });
    await stock("red", 3);
    expect(await sent()).toEqual({ ada: ["Back"], bob: ["Back"] });
    await stock("red", 0);
    await stock("red", 5);
    expect(await sent()).toEqual({ ada: ["Back"], bob: ["Back"] });
  });

  behaviour("hears of what a bulk job changes", spec, async () => {
    await wait();
    const sent = await people("ada");
    await subscribe("ada", "red");
    const change = changeBody("catalog-variant", "red", { inventory_quantity: 4 });
    await account.call("POST /api/catalog-variant-bulk-update-jobs", jobBody("catalog-variant-bulk-update-job", "variants", [change]));
    advance();
    expect(await sent()).toEqual({ ada: ["Back"] });
  });

  behaviour("lets people go on when it is taken out of the flow", { as: "assumed", from: SECTION }, async () => {
    const flow = await wait();
    const sent = await people("ada");
    await subscribe("ada", "red");
    const [hold = ""] = await account.actionIds(flow);
    await account.call(`DELETE /api/flow-actions/${hold}`);
    advance();
    expect(await sent()).toEqual({ ada: ["Back"] });
  });

  behaviour("loses who waits when the variant is deleted", { as: "documented", from: "behaviour.md Appendix B" }, async () => {
    await wait();
    const sent = await people("ada");
    await subscribe("ada", "red");
    expect(account.count("flow_runs")).toBe(1);
    await account.call(`DELETE /api/catalog-variants/${inPath("red")}`);
    expect(account.count("flow_runs")).toBe(0);
    await account.call("POST /api/catalog-variants", variantBody("red", "mug", { inventory_quantity: 3 }));
    advance();
    expect(await sent()).toEqual({ ada: [] });
  });
});

describe("a price drop", () => {
  const trigger = (more: JsonObject = {}): JsonObject => ({
    type: "price-drop",
    trigger_filter: null,
    price_drop_amount_value: 10,
    price_drop_amount_unit: "percent",
    audience: ["viewed", "checkout-started"],
    timeframe_days: 30,
    ...more,
  });

  behaviour("starts those who looked at the item or began to buy it, when it is large enough", spec, async () => {
    const sent = await people("ada", "bob", "eve", "old", "who");
    await saw("ada", "Viewed Product", { ProductID: "mug" });
    await saw("bob", "Started Checkout", { Items: [{ ProductID: "mug" }] });
    await saw("eve", "Viewed Product", { ProductID: "pot" });
    await saw("old", "Viewed Product", { ProductID: "mug" }, 31 * DAY);
    await account.set(await account.flow(trigger(), [email("Cheaper")]), "live");
    await price(19);
    expect(await sent()).toEqual({ ada: [], bob: [], eve: [], old: [], who: [] });
    await price(17);
    expect(await sent()).toEqual({ ada: ["Cheaper"], bob: ["Cheaper"], eve: [], old: [], who: [] });
    await price(40);
    expect((await sent())["ada"]).toEqual(["Cheaper"]);
  });

  behaviour("may be told in money, and filtered by the product", grammar, async () => {
    const sent = await people("ada");
    await saw("ada", "Viewed Product", { ProductID: "mug" });
    const filter = (value: string) =>
      groups({
        type: "price-drop-property",
        metric_id: null,
        field: "title",
        filter: { type: "string", operator: "equals", value },
      });
    const money = { price_drop_amount_unit: "currency", price_drop_amount_value: 2 };
    await account.set(await account.flow(trigger({ ...money, trigger_filter: filter("Mug") }), [email("Mugs")]), "live");
    await account.set(await account.flow(trigger({ ...money, trigger_filter: filter("Pot") }), [email("Pots")]), "live");
    await price(18.5);
    await price(16.5);
    expect(await sent()).toEqual({ ada: ["Mugs"] });
  });
});

describe("a low inventory", () => {
  const trigger = (level: string): JsonObject => ({
    type: "low-inventory",
    product_level: level,
    trigger_filter: null,
    inventory_count: 5,
    audience: ["added-to-cart", "viewed"],
    timeframe_days: 30,
  });

  behaviour("starts those who looked and have not bought, once a stock falls to it", spec, async () => {
    const sent = await people("ada", "bob", "eve");
    for (const name of ["ada", "bob"]) await saw(name, "Viewed Product", { ProductID: "mug" });
    await saw("eve", "Added to Cart", { ProductID: "pot", VariantID: "blue" });
    await saw("bob", "Ordered Product", { ProductID: "mug" });
    await account.set(await account.flow(trigger("product"), [email("Few mugs")]), "live");
    await account.set(await account.flow(trigger("variant"), [email("Few blue ones")]), "live");
    await stock("red", 10);
    await stock("blue", 5);
    expect(await sent()).toEqual({ ada: [], bob: [], eve: ["Few blue ones"] });
    await stock("red", 0);
    expect(await sent()).toEqual({ ada: ["Few mugs"], bob: [], eve: ["Few blue ones", "Few mugs"] });
    await stock("blue", 4);
    expect(await sent()).toEqual({ ada: ["Few mugs"], bob: [], eve: ["Few blue ones", "Few mugs"] });
  });
});
