import { afterAll, describe, expect, it } from "vitest";
import { createRequests } from "./arguments.ts";
import { openShop, wrongWith } from "./shop.ts";

/** Every implemented operation: a valid request gets a documented status and a body that the vendor's schema accepts. */
const shop = await openShop();
const requests = createRequests(shop);
afterAll(() => shop.sandbox.close());

it("looks at every stable operation that the sandbox implements", () => {
  expect(shop.operations.length).toBeGreaterThan(250);
});

describe("a generated valid request is answered as documented", () => {
  it.each(shop.operations.map((operation) => [operation.id, operation] as const))("%s", async (_, operation) => {
    shop.admit(operation);
    const answer = await shop.send(operation, await requests.argsFor(operation));
    const wrong = wrongWith(operation, answer);
    expect(wrong, `${answer.asked}: ${wrong}`).toBe("");
  });
});

const writes = shop.operations.filter(({ method, body }) => method !== "GET" && body !== null && body.form !== "ids");

describe("so is one with everything that its schema offers", () => {
  it.each(writes.map((operation) => [operation.id, operation] as const))("%s", async (_, operation) => {
    shop.admit(operation);
    const answer = await shop.send(operation, await requests.argsFor(operation, "all"));
    const wrong = wrongWith(operation, answer);
    expect(wrong, `${answer.asked}: ${wrong}`).toBe("");
  });
});

it("never fails within", () => {
  expect(shop.log).toEqual([]);
});
