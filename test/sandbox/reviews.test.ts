import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { dataOf, errorOf } from "./open.ts";
import { attributesOf, idOf, openPeople, type People } from "./people.ts";
import { behaviour, behaviours } from "./provenance.ts";
import { reviewBody, statusBody } from "./review-body.ts";

let people: People;
beforeEach(async () => {
  people = await openPeople();
});
afterEach(() => people.close());

const documented = { as: "documented", from: "behaviour.md §2.16" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.16" } as const;
const client = (request: string, body?: JsonObject) =>
  people.call(`${request}${request.includes("?") ? "&" : "?"}company_id=${people.publicKey}`, body, { authorization: null });
const submit = (attributes: JsonObject = {}, more: JsonObject = {}) => client("POST /client/reviews", reviewBody(attributes, more));
const newest = async () => idOf(await people.call("GET /api/reviews?page[size]=1"));
const setStatus = (id: string, status: JsonObject) => people.call(`PATCH /api/reviews/${id}`, statusBody(id, status));
const found = async (path: string, filter: string) =>
  dataOf(await people.call(`GET ${path}filter=${encodeURIComponent(filter)}`)).map(({ attributes }) => attributes["content"]);

describe("a review", () => {
  behaviour("starts pending and can be read by its account", documented, async () => {
    expect((await submit()).status).toBe(202);
    const review = attributesOf(await people.call(`GET /api/reviews/${await newest()}`));
    expect(review).toMatchObject({
      status: { value: "pending" },
      rating: 4,
      review_type: "review",
      email: "ada@example.com",
      verified: false,
    });
    expect(review["product"]).toEqual({ url: "", name: "755", image_url: null, external_id: "755" });
  });

  behaviour("is an event of its author", assumed, async () => {
    await submit();
    const author = await people.find("ada@example.com");
    expect((await people.events(author ?? "")).map(({ metric }) => metric)).toEqual(["Submitted review"]);
    const { body } = await people.call(`GET /api/reviews/${await newest()}?include=events`);
    expect((body["included"] as unknown[]).length).toBe(1);
  });

  behaviour("knows its product of the catalog", assumed, async () => {
    const item = { external_id: "755", title: "Kettle", description: "Boils", url: "https://shop.example/kettle" };
    await people.call("POST /api/catalog-items", { data: { type: "catalog-item", attributes: item } });
    await submit();
    const review = dataOf(await people.call(`GET /api/reviews/${await newest()}`))[0];
    expect(review?.attributes["product"]).toMatchObject({ name: "Kettle", url: item.url });
    expect(review?.relationships["item"]?.["data"]).toEqual({ type: "catalog-item", id: "$custom:::$default:::755" });
    await people.call(`DELETE /api/catalog-items/${encodeURIComponent("$custom:::$default:::755")}`);
    const later = dataOf(await people.call(`GET /api/reviews/${await newest()}`))[0];
    expect(later?.attributes["product"]).toMatchObject({ name: "Kettle" });
    expect(later?.relationships["item"]).not.toHaveProperty("data");
  });

  behaviours(
    "is refused with %s",
    assumed,
    [
      ["no product", { product: null }, "product"],
      ["no rating", { rating: null }, "rating"],
      ["no address", { email: "nobody" }, "email"],
    ],
    async (_, attributes, field) => {
      const { product, ...rest } = { product: undefined, ...attributes } as JsonObject;
      const answer = await submit(product === null ? { ...rest, product: "drop" } : rest);
      expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: `/data/attributes/${field}` }]);
    },
  );

  behaviour("of the type question has no rating", documented, async () => {
    await submit({ review_type: "question" });
    expect(attributesOf(await people.call(`GET /api/reviews/${await newest()}`))["rating"]).toBeNull();
  });

  behaviour("that names an order is verified", assumed, async () => {
    await submit({}, { relationships: { order: { data: { type: "order", id: "42" } } } });
    expect(attributesOf(await people.call(`GET /api/reviews/${await newest()}`))["verified"]).toBe(true);
  });

  behaviour("moves between its states, but never back to pending", assumed, async () => {
    await submit();
    const id = await newest();
    for (const value of ["published", "featured", "unpublished", "published"]) {
      expect(attributesOf(await setStatus(id, { value }))["status"]).toEqual({ value });
    }
    expect((await setStatus(id, { value: "published" })).status).toBe(200);
    const refused = await setStatus(id, { value: "pending" });
    expect([refused.status, errorOf(refused).code]).toEqual([409, "conflict"]);
  });

  behaviour("is rejected with a reason", documented, async () => {
    await submit();
    const id = await newest();
    expect((await setStatus(id, { value: "rejected" })).status).toBe(400);
    const rejection_reason = { reason: "other", status_explanation: "Copied" };
    expect(attributesOf(await setStatus(id, { value: "rejected", rejection_reason }))["status"]).toEqual({
      value: "rejected",
      rejection_reason,
    });
    expect(attributesOf(await setStatus(id, { value: "published" }))["status"]).toEqual({ value: "published" });
  });
});

describe("reading reviews", () => {
  beforeEach(async () => {
    for (const [content, rating] of [
      ["Great", 5],
      ["Fine", 3],
      ["Bad", 1],
    ] as const) {
      await submit({ content, rating, email: `${content.toLowerCase()}@example.com` });
      people.control.advance(1000);
    }
    const [bad, fine] = dataOf(await people.call("GET /api/reviews")).map(({ id }) => id);
    await setStatus(fine ?? "", { value: "published" });
    await setStatus(bad ?? "", { value: "featured" });
  });

  behaviour("filters and sorts", documented, async () => {
    expect(await found("/api/reviews?", "greater-or-equal(rating,3)")).toEqual(["Fine", "Great"]);
    expect(await found("/api/reviews?", 'contains(content,"rea")')).toEqual(["Great"]);
    expect(await found("/api/reviews?", 'equals(status,"pending")')).toEqual(["Great"]);
    expect(await found("/api/reviews?sort=rating&", 'equals(status,"all")')).toEqual(["Bad", "Fine", "Great"]);
    expect(await found("/api/reviews?", 'equals(item.id,"$shopify:::$default:::755")')).toHaveLength(3);
  });

  behaviour("in public shows no address, and what is published unless asked otherwise", assumed, async () => {
    const seen = dataOf(await client("GET /client/reviews"));
    expect(seen.map(({ attributes }) => attributes["content"])).toEqual(["Bad", "Fine"]);
    expect(seen.every((review) => !("email" in review.attributes) && !("relationships" in review))).toBe(true);
    expect(await found(`/client/reviews?company_id=${people.publicKey}&`, 'equals(status,"all")')).toHaveLength(3);
    expect(await found(`/client/reviews?company_id=${people.publicKey}&`, "has(media)")).toEqual([]);
  });

  behaviour("in public goes page by page", documented, async () => {
    const first = await client("GET /client/reviews?page[size]=1");
    const next = (first.body["links"] as { next: string }).next.slice(people.url.length);
    const second = await people.call(`GET ${next}`, undefined, { authorization: null });
    expect(dataOf(second).map(({ attributes }) => attributes["content"])).toEqual(["Fine"]);
  });

  behaviour("reports figures of what is published by product and for the shop", assumed, async () => {
    const report = async (query: string) => attributesOf(await client(`GET /client/review-values-reports?${query}`))["results"];
    const all = "statistics=average_rating,total_reviews,average_store_rating";
    expect(await report(`${all}&timeframe=all_time&group_by=product_id`)).toEqual([
      { groupings: { product_id: "755" }, statistics: { average_rating: 2, total_reviews: 2, average_store_rating: null } },
    ]);
    expect(await report("statistics=total_ratings&timeframe=last_30_days&group_by=company_id")).toEqual([
      { groupings: { company_id: people.accountId }, statistics: { total_ratings: 2 } },
    ]);
    people.control.advance(31 * 86_400_000);
    expect(await report("statistics=total_ratings&timeframe=last_30_days&group_by=product_id")).toEqual([]);
  });

  behaviours(
    "refuses a report with %s",
    assumed,
    [["statistics=x&timeframe=all_time&group_by=product_id"], ["statistics=total_reviews&timeframe=ever&group_by=product_id"]],
    async (query) => {
      expect((await client(`GET /client/review-values-reports?${query}`)).status).toBe(400);
    },
  );
});
