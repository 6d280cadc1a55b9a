import { afterAll, expect } from "vitest";
import { prepare } from "../account/skip.ts";
import { inPath, itemBody, stockBody, variantBody } from "./catalog-bodies.ts";
import { errorOf, type Called } from "./open.ts";
import { openPeople, type People } from "./people.ts";
import { behaviour } from "./provenance.ts";

const SECTION = "behaviour.md §2.14";
let shop: People;

prepare(async () => {
  shop = await openPeople();
  await shop.call("POST /api/catalog-items", itemBody("beanie", { title: "Beanie" }));
  for (const size of ["m", "l"])
    await shop.call("POST /api/catalog-variants", variantBody(`beanie-${size}`, "beanie", { inventory_quantity: 0 }));
});
afterAll(() => shop.close());

const server = (body: object): Promise<Called> => shop.call("POST /api/back-in-stock-subscriptions", body);
const client = (body: object): Promise<Called> =>
  shop.call(`POST /client/back-in-stock-subscriptions?company_id=${shop.publicKey}`, body, { authorization: null });

behaviour("a subscription is an empty 202, a profile and an event", { as: "documented", from: SECTION }, async () => {
  const answer = await server(stockBody("beanie-m", { email: "ada@example.com" }, ["EMAIL", "SMS"]));
  expect([answer.status, answer.text]).toEqual([202, ""]);
  const id = (await shop.find("ada@example.com")) ?? "";
  expect((await shop.events(id)).map(({ metric }) => metric)).toEqual(["Subscribed to Back in Stock"]);
});

behaviour("the event names the product, the variant and the channels", { as: "assumed", from: SECTION }, async () => {
  const [event] = await shop.events((await shop.find("ada@example.com")) ?? "");
  expect(event?.properties).toMatchObject({
    ProductName: "Beanie",
    ProductID: "beanie",
    VariantId: "beanie-m",
    VariantName: "Variant beanie-m",
    SKU: "SKU-beanie-m",
    Channels: ["EMAIL", "SMS"],
  });
});

behaviour("it gives no consent", { as: "assumed", from: SECTION }, async () => {
  const id = (await shop.find("ada@example.com")) ?? "";
  expect([(await shop.email(id))["consent"], (await shop.sms(id))["consent"]]).toEqual(["NEVER_SUBSCRIBED", "NEVER_SUBSCRIBED"]);
});

behaviour("two variants in one second are two events", { as: "assumed", from: SECTION }, async () => {
  for (const size of ["m", "l"]) await server(stockBody(`beanie-${size}`, { external_id: "C-1" }));
  const { body } = await shop.call('GET /api/profiles?filter=equals(external_id,"C-1")');
  const [{ id }] = body["data"] as [{ id: string }];
  expect(new Set((await shop.events(id)).map(({ properties }) => properties["VariantId"]))).toEqual(new Set(["beanie-m", "beanie-l"]));
});

behaviour(
  "the browser's twin does the same without a key, and changes no identifier",
  { as: "documented", from: "behaviour.md §5" },
  async () => {
    expect((await client(stockBody("beanie-l", { email: "ada@example.com", phone_number: "+15005550001" }))).status).toBe(202);
    expect((await client(stockBody("beanie-l", { email: "ada@example.com", phone_number: "+15005550002" }))).status).toBe(202);
    const id = (await shop.find("ada@example.com")) ?? "";
    expect((await shop.read(id))["phone_number"]).toBe("+15005550001");
    expect((await shop.events(id)).map(({ properties }) => properties["VariantId"])).toContain("beanie-l");
  },
);

behaviour("what is missing or unknown is refused", { as: "assumed", from: SECTION }, async () => {
  const cases: [body: object, status: number, pointer: string][] = [
    [stockBody("nothing", { email: "ada@example.com" }), 404, "/data/"],
    [stockBody("beanie-m", null), 400, "/data/attributes/profile"],
    [stockBody("beanie-m", {}), 400, "/data/attributes/profile/data/attributes"],
    [stockBody("beanie-m", { email: "no address" }), 400, "/data/attributes/profile/data/attributes/email"],
    [stockBody("beanie-m", { email: "ada@example.com" }, []), 400, "/data/attributes/channels"],
    [stockBody("beanie-m", { email: "ada@example.com" }, ["FAX"]), 400, "/data/attributes/channels/0"],
  ];
  for (const [body, status, pointer] of cases) {
    const answer = await server(body);
    expect([answer.status, errorOf(answer).source]).toEqual([status, { pointer }]);
  }
});

behaviour("the event outlives its variant", { as: "assumed", from: SECTION }, async () => {
  const id = (await shop.find("ada@example.com")) ?? "";
  await shop.call(`DELETE /api/catalog-items/${inPath("beanie")}`);
  expect((await shop.events(id)).length).toBeGreaterThan(1);
  expect((await server(stockBody("beanie-m", { email: "ada@example.com" }))).status).toBe(404);
});
