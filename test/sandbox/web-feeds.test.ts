import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { dataOf, errorOf } from "./open.ts";
import { attributesOf, idOf, openPeople, type People } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: People;
beforeEach(async () => {
  account = await openPeople();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = { as: "documented", from: "behaviour.md §2.20" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.20" } as const;

describe("web feeds", () => {
  const FEED = { name: "Blog_posts", url: "https://shop.example/feed.json", request_method: "get", content_type: "json" };
  const create = (more: JsonObject = {}) =>
    account.call("POST /api/web-feeds", { data: { type: "web-feed", attributes: { ...FEED, ...more } } });
  const patch = (id: string, attributes: JsonObject) =>
    account.call(`PATCH /api/web-feeds/${id}`, { data: { type: "web-feed", id, attributes } });
  const read = async (id: string) => attributesOf(await account.call(`GET /api/web-feeds/${id}`));
  const names = async (query: string) =>
    dataOf(await account.call(`GET /api/web-feeds?${query}`)).map(({ attributes }) => attributes["name"]);

  const idNamed = async (name: string) => dataOf(await account.call(`GET /api/web-feeds?filter=equals(name,"${name}")`))[0]?.id ?? "";

  behaviour("have an id of 12 hex digits and are read as written", { as: "documented", from: "behaviour.md §1.11" }, async () => {
    const made = await create();
    expect([made.status, idOf(made)]).toEqual([201, expect.stringMatching(/^[0-9a-f]{12}$/)]);
    expect(await read(idOf(made))).toMatchObject({ ...FEED, created: "2026-07-15T10:00:00+00:00" });
  });

  behaviour("are refreshing until they were fetched, and anew when they lead elsewhere", assumed, async () => {
    const id = idOf(await create());
    const status = async () => (await read(id))["status"];
    expect(await status()).toBe("refreshing");
    account.control.advance(5000);
    expect(await status()).toBe("ok");
    expect(attributesOf(await patch(id, { name: "Posts", url: null }))).toMatchObject({ name: "Posts", url: FEED.url, status: "ok" });
    expect(attributesOf(await patch(id, { content_type: "xml" }))).toMatchObject({ status: "refreshing" });
  });

  behaviour("come five at a time, twenty at most, filtered and sorted", spec, async () => {
    for (const name of ["c", "a", "b", "f", "e", "d"]) {
      await create({ name });
      account.control.advance(1000);
    }
    expect(await names("")).toEqual(["c", "a", "b", "f", "e"]);
    expect(await names("page[size]=20&sort=-name")).toEqual(["f", "e", "d", "c", "b", "a"]);
    expect((await account.call("GET /api/web-feeds?page[size]=21")).status).toBe(400);
    expect(await names(`filter=any(name,["a","f"])`)).toEqual(["a", "f"]);
    expect(await names("filter=greater-than(created,2026-07-15T10:00:03Z)")).toEqual(["e", "d"]);
  });

  behaviour("are ten at most", { as: "documented", from: "developers.klaviyo.com web_feeds_api_overview" }, async () => {
    for (let i = 0; i < 10; i++) expect((await create({ name: `f${i}` })).status).toBe(201);
    expect((await create()).status).toBe(400);
    expect((await patch(await idNamed("f3"), { name: "g" })).status).toBe(200);
  });

  behaviour("have a name of their own without blanks, as templates read them by it", assumed, async () => {
    const id = idOf(await create());
    for (const name of ["Blog_posts", "Blog posts"])
      expect([name, errorOf(await create({ name })).source]).toEqual([name, { pointer: "/data/attributes/name" }]);
    expect((await patch(id, { name: "Blog_posts" })).status).toBe(200);
    expect((await patch(idOf(await create({ name: "Other" })), { name: "Blog_posts" })).status).toBe(400);
  });

  behaviour("need a name and an address, and go for good", assumed, async () => {
    expect(errorOf(await create({ url: "ftp://x" })).source).toEqual({ pointer: "/data/attributes/url" });
    expect(errorOf(await create({ name: "" })).source).toEqual({ pointer: "/data/attributes/name" });
    expect((await create({ request_method: "put" })).status).toBe(400);
    const id = idOf(await create());
    expect((await account.call(`DELETE /api/web-feeds/${id}`)).status).toBe(204);
    expect((await account.call(`GET /api/web-feeds/${id}`)).status).toBe(404);
  });
});

describe("the tracking setting", () => {
  const patch = (attributes: JsonObject, id = account.accountId) =>
    account.call(`PATCH /api/tracking-settings/${account.accountId}`, { data: { type: "tracking-setting", id, attributes } });
  const read = async () => attributesOf(await account.call(`GET /api/tracking-settings/${account.accountId}`));
  const fixed = (value: string) => ({ type: "static", value });

  behaviour("is one, under the id of the account", spec, async () => {
    const all = await account.call("GET /api/tracking-settings");
    expect(dataOf(all).map(({ id }) => id)).toEqual([account.accountId]);
    expect(all.body["links"]).toEqual({ self: `${account.url}/api/tracking-settings`, next: null, prev: null });
    expect(dataOf(all)[0]?.attributes).toEqual(await read());
    expect((await account.call("GET /api/tracking-settings/ABCDEF")).status).toBe(404);
    expect((await account.call("GET /api/tracking-settings?page[size]=2")).status).toBe(400);
    expect((await account.call("GET /api/tracking-settings?page[cursor]=x")).status).toBe(400);
  });

  behaviour("keeps what an update does not name", spec, async () => {
    const before = await read();
    const custom = [{ name: "shop", flow: fixed("a"), campaign: { type: "dynamic", value: "group_name" } }];
    const after = await patch({ auto_add_parameters: true, utm_source: { flow: fixed("mail") }, custom_parameters: custom });
    expect([after.status, attributesOf(after)]).toEqual([200, await read()]);
    expect(await read()).toEqual({
      ...before,
      auto_add_parameters: true,
      utm_source: { flow: fixed("mail"), campaign: fixed("Klaviyo") },
      custom_parameters: custom,
    });
  });

  behaviour("loses what null clears; source and medium stay", assumed, async () => {
    const before = await read();
    await patch({ utm_source: null, utm_campaign: null });
    expect(await read()).toEqual({ ...before, utm_campaign: null });
  });

  behaviour("knows which values flows and campaigns can fill in", spec, async () => {
    for (const [attributes, status] of [
      [{ utm_id: { campaign: { type: "dynamic", value: "campaign_id" } } }, 200],
      [{ utm_id: { campaign: { type: "dynamic", value: "flow_id" } } }, 400],
      [{ utm_id: { flow: { type: "dynamic", value: "campaign_id" } } }, 400],
      [{ custom_parameters: [{ name: "a" }, { name: "a" }] }, 400],
      [{ custom_parameters: [{ name: "" }] }, 400],
    ] as const)
      expect([attributes, (await patch(attributes as object as JsonObject)).status]).toEqual([attributes, status]);
    expect((await patch({}, "ABCDEF")).status).toBe(400);
  });
});
