import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { buildRequest, type WireRequest } from "../catalog/request.ts";
import type { Json } from "../lib/json.ts";
import { Secret } from "../lib/secret.ts";
import type { Client } from "./client.ts";
import { nextCursor, readPages, type Page } from "./paging.ts";

const next = (link: Json) => ({ data: [], links: { self: "x", next: link, prev: null } });

describe("nextCursor", () => {
  it.each<[Json, string | null]>([
    [next("https://a.klaviyo.com/api/lists?page%5Bcursor%5D=bmV4dA%3D%3D&page%5Bsize%5D=10"), "bmV4dA=="],
    [next("https://a.klaviyo.com/api/lists?page[size]=10&page[cursor]=next::id::01HQ"), "next::id::01HQ"],
    [next("https://evil.example/steal?page%5Bcursor%5D=abc"), "abc"],
    [next("/api/campaign-values-reports?page_cursor=WzEsMl0"), "WzEsMl0"],
    [next("https://a.klaviyo.com/api/lists"), null],
    [next("https://a.klaviyo.com/api/lists?page%5Bcursor%5D="), null],
    [next("not a link"), null],
    [next(null), null],
    [next(7), null],
    [{ data: [] }, null],
    [{ links: [] }, null],
    [[], null],
    [null, null],
  ])("of %j is %j", (body, cursor) => {
    expect(nextCursor(body)).toBe(cursor);
  });
});

describe("readPages", () => {
  const operation = mustFind(loadCatalog(), "get_lists");
  const request = buildRequest(operation, { page_size: 2 }, { account_id: "Abc123" });
  const credentials = { origin: "https://a.klaviyo.com", key: new Secret("pk_x"), accountId: "Abc123" };

  /** Serves the bodies in turn; a client's `read` is all that paging needs. */
  const reader = (bodies: Json[]) => {
    const asked: WireRequest["query"][] = [];
    const read: Client["read"] = (_, { query }) => {
      asked.push(query);
      return Promise.resolve({ status: 200, body: bodies[asked.length - 1] ?? null, requestId: null, revision: null, attempts: 1 });
    };
    return { asked, client: { read } };
  };
  const page = (rows: Json[], cursor: string | null): Json => ({
    data: rows,
    included: ["i"],
    links: { next: cursor && `https://evil.example/x?page%5Bcursor%5D=${cursor}` },
  });
  const three = [page([1, 2], "b"), page([3, 4], "c"), page([5], null)];
  const collect = async (bodies: Json[], bounds: { maxRows: number; maxPages: number }) => {
    const { asked, client } = reader(bodies);
    const pages: Page[] = [];
    for await (const one of readPages(client, operation, request, credentials, bounds)) pages.push(one);
    return {
      asked,
      rows: pages.map(({ rows }) => rows),
      more: pages.map(({ hasMore }) => hasMore),
      included: pages.map(({ included }) => included),
    };
  };

  it("asks with the cursor, everything else unchanged, until there is no next", async () => {
    const { asked, rows, more, included } = await collect(three, { maxRows: 100, maxPages: 10 });
    expect(rows).toEqual([[1, 2], [3, 4], [5]]);
    expect(more).toEqual([true, true, false]);
    expect(included).toEqual([["i"], ["i"], ["i"]]);
    expect(asked).toEqual([
      [["page[size]", "2"]],
      [
        ["page[size]", "2"],
        ["page[cursor]", "b"],
      ],
      [
        ["page[size]", "2"],
        ["page[cursor]", "c"],
      ],
    ]);
  });

  it.each([
    [{ maxRows: 3, maxPages: 10 }, [[1, 2], [3]], [true, true]],
    [
      { maxRows: 4, maxPages: 10 },
      [
        [1, 2],
        [3, 4],
      ],
      [true, true],
    ],
    [{ maxRows: 5, maxPages: 10 }, [[1, 2], [3, 4], [5]], [true, true, false]],
    [{ maxRows: 100, maxPages: 1 }, [[1, 2]], [true]],
    [{ maxRows: 0, maxPages: 10 }, [], []],
  ])("stops at %j", async (bounds, rows, more) => {
    expect(await collect(three, bounds)).toMatchObject({ rows, more });
  });

  it("refuses a next page that it cannot ask for, or that is the same again", async () => {
    const bounds = { maxRows: 100, maxPages: 10 };
    await expect(collect([{ data: [1], links: { next: "https://a.klaviyo.com/api/lists?offset=2" } }], bounds)).rejects.toMatchObject({
      code: "answer_malformed",
    });
    await expect(collect([page([1], "b"), page([1], "b")], bounds)).rejects.toMatchObject({ code: "answer_malformed" });
  });
});
