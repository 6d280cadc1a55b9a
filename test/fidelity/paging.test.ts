import { afterAll, describe, expect, it } from "vitest";
import { onlyInSandbox } from "../account/skip.ts";
import { createRequests } from "./arguments.ts";
import { populate } from "./populate.ts";
import { readOf, type ReadOf } from "./reads.ts";
import { dataOf, openShop, type Answer } from "./shop.ts";

/** Page sizes at their bounds and past them; a walk along the cursors visits each row once, and leads back. */
const shop = await openShop();
const requests = createRequests(shop);
await populate(shop, requests);
afterAll(() => shop.sandbox.close());

const paged = shop.operations.filter(({ method, page }) => method === "GET" && page !== null);
const sized = paged.flatMap((operation) => (operation.page?.size ? [[operation.id, operation, operation.page.size] as const] : []));

describe.each(sized)("%s", (_, operation, { name, min, max, default: usual }) => {
  it(`takes pages of ${min} to ${max} rows`, async () => {
    const read = await readOf(shop, requests, operation);
    const sizes = [...new Set([min, usual, max])];
    for (const size of sizes) {
      const answer = await read.ask({ [name]: String(size) });
      expect([answer.asked, answer.status, dataOf(answer).length <= size]).toEqual([answer.asked, 200, true]);
    }
    for (const size of [min - 1, max + 1, -1, "many"]) {
      const answer = await read.ask({ [name]: String(size) });
      const [error] = (answer.body?.["errors"] ?? []) as { source?: unknown }[];
      expect([answer.asked, answer.status, error?.source]).toEqual([answer.asked, 400, { parameter: name }]);
    }
  });
});

let walked = 0;

describe.each(paged.map((operation) => [operation.id, operation] as const))("%s", (_, operation) => {
  it("is walked along its cursors without losing or repeating a row", async () => {
    const read = await readOf(shop, requests, operation);
    const size = operation.page?.size;
    const whole = await walk(read, size ? { [size.name]: String(size.max) } : {});
    expect(new Set(whole.ids).size, read.path).toBe(whole.ids.length);
    if (!size || whole.ids.length < 2) return;
    const part = Math.min(size.max, Math.max(1, Math.ceil(Math.min(whole.ids.length, 200) / 3)));
    const parts = await walk(read, { [size.name]: String(part) }, Math.min(whole.ids.length, 200));
    expect(parts.ids, read.path).toEqual(whole.ids.slice(0, parts.ids.length));
    expect(parts.pages, read.path).toBeGreaterThan(1);
    walked++;
    // From the second page back to the first.
    const first = await read.ask({ [size.name]: String(part) });
    const second = await read.follow(linkOf(first, "next") ?? "");
    expect(dataOf(await read.follow(linkOf(second, "prev") ?? "")).map(({ id }) => id)).toEqual(dataOf(first).map(({ id }) => id));
    const bad = await read.ask({ [operation.page?.cursor ?? ""]: "nonsense" });
    expect([bad.asked, bad.status]).toEqual([bad.asked, 400]);
  });
});

it("has several pages for most of the lists", () => {
  onlyInSandbox("how much there is to see is known of the seeded shop alone");
  expect(walked).toBeGreaterThan(30);
});

async function walk(read: ReadOf, query: Record<string, string>, enough = Infinity): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = [];
  let pages = 0;
  for (let answer: Answer | undefined = await read.ask(query); answer;) {
    expect(answer.status === 200 ? "" : answer.text, answer.asked).toBe("");
    ids.push(...dataOf(answer).map(({ type, id }) => `${type} ${id}`));
    pages++;
    const next = linkOf(answer, "next");
    answer = next === null || ids.length >= enough ? undefined : await read.follow(next);
  }
  return { ids, pages };
}

function linkOf({ body }: Answer, name: "next" | "prev"): string | null {
  return ((body?.["links"] ?? {}) as Record<string, string | null>)[name] ?? null;
}
