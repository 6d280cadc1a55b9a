import { afterAll, describe, expect } from "vitest";
import type { Json, JsonObject } from "../../src/lib/json.ts";
import { onlyInSandbox, prepare } from "../account/skip.ts";
import { catalogId, categoryBody, changeBody, inPath, itemBody, jobBody, linkage, removalBody, variantBody } from "./catalog-bodies.ts";
import { dataOf, errorOf, type Called } from "./open.ts";
import { attributesOf, idOf, openPeople, type People } from "./people.ts";
import { behaviour, behaviours } from "./provenance.ts";

const SECTION = "behaviour.md §2.14";
let shop: People;

prepare(async () => {
  shop = await openPeople();
});
afterAll(() => shop.close());

type Verb = "create" | "update" | "delete";
const post = (thing: string, member: string, verb: Verb, bodies: JsonObject[]): Promise<Called> =>
  shop.call(`POST /api/catalog-${thing}-bulk-${verb}-jobs`, jobBody(`catalog-${thing}-bulk-${verb}-job`, member, bodies));
/** Starts a job, lets it end and reads it. */
async function run(thing: string, member: string, verb: Verb, bodies: JsonObject[]): Promise<Called> {
  const id = idOf(await post(thing, member, verb, bodies));
  shop.control.advance(5000);
  return shop.call(`GET /api/catalog-${thing}-bulk-${verb}-jobs/${id}`);
}
const errorsOf = (job: Called) => attributesOf(job)["errors"] as { code: string; source: Json }[];

describe("a bulk job", () => {
  behaviour("is queued, then processing, then complete by the clock", { as: "documented", from: "behaviour.md §2.21" }, async () => {
    const posted = await post("item", "items", "create", [itemBody("one"), itemBody("two")]);
    expect(posted.status).toBe(202);
    const path = `GET /api/catalog-item-bulk-create-jobs/${idOf(posted)}`;
    const seen: Json[] = [];
    for (const waitMs of [0, 1000, 2000]) {
      shop.control.advance(waitMs);
      const { status = null, completed_count: done = null, completed_at: at = null } = attributesOf(await shop.call(path));
      seen.push([status, done, at === null]);
    }
    expect(seen).toEqual([
      ["queued", 0, true],
      ["processing", 0, true],
      ["complete", 2, false],
    ]);
  });

  behaviour("counts what it did and expires after a week", { as: "assumed", from: "behaviour.md §2.21" }, async () => {
    const { created_at: created, expires_at: expires, ...rest } = attributesOf(await run("item", "items", "create", [itemBody("three")]));
    expect(rest).toMatchObject({ total_count: 1, completed_count: 1, failed_count: 0, errors: [] });
    expect(Date.parse(String(expires)) - Date.parse(String(created))).toBe(7 * 86_400_000);
  });

  const things: [thing: string, member: string, first: JsonObject, second: JsonObject, change: JsonObject][] = [
    ["item", "items", itemBody("a"), itemBody("b", { price: 3 }), { title: "New" }],
    ["variant", "variants", variantBody("a", "a"), variantBody("b", "a"), { inventory_quantity: 0 }],
    ["category", "categories", categoryBody("a", "A", ["a"]), categoryBody("b", "B"), { name: "New" }],
  ];
  behaviours(
    "makes, changes and removes each %s",
    { as: "documented", from: SECTION },
    things,
    async (thing, member, first, second, change) => {
      const created = await run(thing, member, "create", [first, second]);
      expect(attributesOf(created)).toMatchObject({ status: "complete", completed_count: 2, errors: [] });
      const updated = await run(thing, member, "update", [changeBody(`catalog-${thing}`, "b", change)]);
      const path = `GET /api/catalog-${thing === "category" ? "categories" : member}/${inPath("b")}`;
      expect([errorsOf(updated), attributesOf(await shop.call(path))]).toMatchObject([[], change]);
      const removed = await run(thing, member, "delete", [removalBody(`catalog-${thing}`, "b"), removalBody(`catalog-${thing}`, "b")]);
      expect([attributesOf(removed)["completed_count"], errorsOf(removed).map(({ code }) => code)]).toEqual([1, ["not_found"]]);
      expect((await shop.call(path)).status).toBe(404);
    },
  );

  behaviour("include brings what it made", { as: "documented", from: "behaviour.md Appendix A" }, async () => {
    const id = idOf(await run("item", "items", "create", [itemBody("c"), itemBody("d")]));
    const answer = await shop.call(`GET /api/catalog-item-bulk-create-jobs/${id}?include=items`);
    expect((answer.body["included"] as { id: string }[]).map((each) => each.id)).toEqual([catalogId("c"), catalogId("d")]);
    expect(dataOf(answer)[0]?.relationships["items"]).toMatchObject(linkage("catalog-item", "c", "d"));
  });

  behaviour("goes on after an entry that fails, and says why it did", { as: "assumed", from: SECTION }, async () => {
    const created = await run("item", "items", "create", [
      itemBody("e"),
      itemBody("e"),
      itemBody("f", {}, ["nowhere"]),
      itemBody("g", { custom_metadata: { deep: {} } }),
      itemBody("h"),
    ]);
    expect(attributesOf(created)).toMatchObject({ status: "complete", total_count: 5, completed_count: 2, failed_count: 3 });
    const at = "/data/attributes/items/data";
    expect(errorsOf(created).map(({ code, source }) => [code, source])).toEqual([
      ["duplicate", { pointer: `${at}/1/attributes/external_id` }],
      ["not_found", { pointer: `${at}/2` }],
      ["invalid", { pointer: `${at}/3/attributes/custom_metadata` }],
    ]);
    const missing = changeBody("catalog-item", "nothing", {});
    const wrong = changeBody("catalog-item", "e", { title: "Never" }, { categories: linkage("catalog-category", "nowhere") });
    expect(errorsOf(await run("item", "items", "update", [missing, wrong])).map(({ code }) => code)).toEqual(["not_found", "not_found"]);
    expect(attributesOf(await shop.call(`GET /api/catalog-items/${inPath("e")}`))).toMatchObject({ title: "Item e" });
  });

  behaviour("takes at most 100 entries", { as: "documented", from: SECTION }, async () => {
    const bodies = Array.from({ length: 101 }, (_, i) => itemBody(`many-${i}`));
    const answer = await post("item", "items", "create", bodies);
    expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: "/data/attributes/items/data" }]);
    expect((await post("item", "items", "create", bodies.slice(1))).status).toBe(202);
  });

  behaviour("takes at least one entry", { as: "assumed", from: SECTION }, async () => {
    expect((await post("item", "items", "create", [])).status).toBe(400);
  });

  behaviour("an entry of the wrong form refuses the whole call", { as: "assumed", from: "behaviour.md §1.3" }, async () => {
    const answer = await post("item", "items", "create", [itemBody("i"), itemBody("j", { colour: "red" })]);
    expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: "/data/attributes/items/data/1/attributes/colour" }]);
  });

  // The number is documented; that each kind counts for itself, and the status, are not.
  behaviour("at most 500 of a kind are in progress; others go on, and an end makes room", { as: "assumed", from: SECTION }, async () => {
    const start = () => post("category", "categories", "update", [changeBody("catalog-category", "a", { name: "A" })]);
    for (let i = 0; i < 500; i++) await start();
    expect((await start()).status).toBe(400);
    expect((await post("category", "categories", "delete", [removalBody("catalog-category", "zz")])).status).toBe(202);
    expect((await post("item", "items", "update", [changeBody("catalog-item", "c", {})])).status).toBe(202);
    const queued = await shop.call('GET /api/catalog-category-bulk-update-jobs?filter=equals(status,"queued")');
    expect(dataOf(queued)).toHaveLength(100);
    shop.control.advance(5000);
    expect((await start()).status).toBe(202);
  });

  behaviour("jobs are listed by status, 100 to a page", { as: "documented", from: "behaviour.md §1.7" }, async () => {
    onlyInSandbox("it needs the jobs of the test before it");
    const complete = await shop.call('GET /api/catalog-category-bulk-update-jobs?filter=equals(status,"complete")');
    expect(dataOf(complete)).toHaveLength(100);
    const next = String((complete.body["links"] as { next: string }).next).slice(shop.url.length);
    expect(dataOf(await shop.call(`GET ${next}`))).toHaveLength(100);
    expect(dataOf(await shop.call('GET /api/catalog-item-bulk-delete-jobs?filter=equals(status,"cancelled")'))).toEqual([]);
  });
});
