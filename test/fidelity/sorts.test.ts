import { afterAll, describe, expect, it } from "vitest";
import { onlyInSandbox } from "../account/skip.ts";
import { createRequests } from "./arguments.ts";
import { populate } from "./populate.ts";
import { attributeOf, comparable, readOf, statedValues } from "./reads.ts";
import { dataOf, openShop } from "./shop.ts";

/** Every sort key, both ways: accepted, and in order. */
const shop = await openShop();
const requests = createRequests(shop);
await populate(shop, requests);
afterAll(() => shop.sandbox.close());

const sorted = shop.operations.filter((operation) => operation.method === "GET" && statedValues(operation, "sort").length > 0);

it("there are sorts to look at", () => {
  expect(sorted.length).toBeGreaterThan(20);
});

let told = 0;

describe.each(sorted.map((operation) => [operation.id, operation] as const))("%s", (_, operation) => {
  it("sorts by each key that it lists", async () => {
    const read = await readOf(shop, requests, operation);
    for (const key of statedValues(operation, "sort")) {
      const answer = await read.ask({ sort: key });
      expect(answer.status === 200 ? "" : answer.text, answer.asked).toBe("");
      const values = dataOf(answer)
        .map((row) => comparable(attributeOf(row, key.replace("-", ""))))
        .filter((value) => value !== undefined);
      const inOrder = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0) * (key.startsWith("-") ? -1 : 1));
      expect(values, answer.asked).toEqual(inOrder);
      if (new Set(values).size > 1) told++;
    }
  });

  it("refuses a key that it does not list", async () => {
    const read = await readOf(shop, requests, operation);
    const answer = await read.ask({ sort: "no_such_field" });
    const [error] = (answer.body?.["errors"] ?? []) as { source?: unknown }[];
    expect([answer.status, error?.source], answer.asked).toEqual([400, { parameter: "sort" }]);
  });
});

it("has different values to put in order for most of the keys that are attributes", () => {
  onlyInSandbox("how much there is to see is known of the seeded shop alone");
  expect(told).toBeGreaterThan(100);
});
