import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { openFuzzed, type Sound } from "./fuzzing.ts";
import { spoiling, spoilt } from "./spoilt-bodies.ts";
import { queryText, wildQuery, wornCursor } from "./wild-queries.ts";

/**
 * Over all operations, stable and beta: whatever is sent, the sandbox itself does not fail, a refusal has Klaviyo's form, and leaves everything as
 * it was. What a failure was found with is in its message: give its seed and path to `fc.assert` to find it again.
 */
const account = await openFuzzed();
const { probe, expectUnchanged, sound, shop } = account;
afterAll(() => account.close());

const isRead = ({ operation }: Sound): boolean => operation.method === "GET";
const reads = sound.filter(isRead);
const textOf = ({ body }: Sound): string | undefined => (body === null ? undefined : JSON.stringify(body));
const pathOf = ({ path, query }: Sound): string => `${path}${query.length > 0 ? `?${queryText(query, [])}` : ""}`;
const JSON_TYPE = { "content-type": "application/json" };

/** Checks the property for each of these requests on its own, so that none is left to chance. */
async function each<T>(
  of: readonly Sound[],
  runs: number,
  values: (one: Sound) => fc.Arbitrary<T>,
  check: (one: Sound, value: T) => Promise<unknown>,
) {
  for (const one of of) {
    const property = fc.asyncProperty(fc.constant(one.operation.id), values(one), async (_, value) => void (await check(one, value)));
    await fc.assert(property, { numRuns: runs });
    if (one.operation.method !== "GET") expectUnchanged();
  }
  expectUnchanged();
}

describe("whatever is sent", () => {
  it("as a query, is answered or refused", async () => {
    await each(
      reads,
      4,
      ({ operation }) => wildQuery(operation),
      ({ operation, path, query }, over) => probe(operation, { method: "GET", path: `${path}?${queryText(query, over)}` }),
    );
  });

  it("as a query of a write, is answered or refused", async () => {
    await each(
      sound.filter((one) => !isRead(one)),
      2,
      ({ operation }) => wildQuery(operation),
      (one, over) =>
        probe(one.operation, {
          method: one.operation.method,
          path: `${one.path}?${queryText(one.query, over)}`,
          headers: JSON_TYPE,
          body: textOf(one),
        }),
    );
  });

  it("as a cursor, is answered or refused", async () => {
    for (const one of reads) {
      const { operation, path, query } = one;
      if (!operation.page) continue;
      const sized = operation.page.size ? queryText(query, [[operation.page.size.name, "1"]]) : queryText(query, []);
      const { text } = await probe(operation, { method: "GET", path: `${path}?${sized}` });
      const next = /page%5Bcursor%5D=([^"&]+)/.exec(text)?.[1];
      const real = next === undefined ? Buffer.from('["x", "y", true, "00000000"]').toString("base64") : decodeURIComponent(next);
      await each(
        [one],
        6,
        () => wornCursor(real),
        (_, cursor) =>
          probe(operation, { method: "GET", path: `${path}?${sized}&page%5Bcursor%5D=${encodeURIComponent(cursor.toWellFormed())}` }),
      );
    }
  });

  it("as a body with one member changed, is taken or refused", async () => {
    await each(
      sound.filter(({ body }) => body !== null),
      4,
      () => spoiling,
      async (one, how) => {
        await probe(one.operation, { method: one.operation.method, path: pathOf(one), headers: JSON_TYPE, body: spoilt(one.body, how) });
        expectUnchanged();
      },
    );
  });

  it("as a path, is answered or refused", async () => {
    const id = fc.oneof(
      fc.constantFrom(
        "",
        ".",
        "..",
        "%2e%2e",
        "%2F",
        "a%2Fb",
        "%00",
        "%E0%A4",
        "%",
        "%25",
        "__proto__",
        "constructor",
        "%F0%9F%98%80",
        "a%20b",
        "x".repeat(4000),
      ),
      fc.string({ maxLength: 12 }).map((text) => encodeURIComponent(text)),
      fc.string({ unit: "binary", maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
    );
    const more = fc.constantFrom("", "", "/", "//", "/..", "/%2e", "?", "??", "#x");
    await each(
      sound,
      2,
      () => fc.tuple(id, more),
      (one, [place, rest]) =>
        probe(one.operation, {
          method: one.operation.method,
          path: one.operation.path.replaceAll(/\{\w+\}/g, () => place) + rest,
          headers: JSON_TYPE,
          body: textOf(one),
        }),
    );
  });

  it("as headers, is answered or refused", async () => {
    const shaped = fc.string({ unit: fc.constantFrom(..."abzAZ019 -_./;=,*\t\"'{}é") });
    const known: Record<string, string[]> = {
      revision: ["2026-07-15", "2026-07-15.pre", "2026-02-31", "1999-01-01", "9999-12-31", ".pre", "latest", ""],
      authorization: [
        "",
        "Bearer x",
        "Klaviyo-API-Key",
        "Klaviyo-API-Key  x",
        "Klaviyo-API-Key __proto__",
        `Klaviyo-API-Key ${"k".repeat(9000)}`,
      ],
      "content-type": [
        "",
        "text/plain",
        "application/vnd.api+json; charset=utf-16",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/json;;",
      ],
      "content-encoding": ["gzip", "deflate", "br", "identity, gzip", "GZIP", "x".repeat(9000)],
      accept: ["", "text/html", "*/*", "application/vnd.api+json"],
      "x-absurd": ["x".repeat(20_000)],
    };
    const header = fc
      .constantFrom(...Object.keys(known))
      .chain((name) => fc.tuple(fc.constant(name), fc.oneof(fc.constantFrom(...(known[name] ?? [])), shaped)));
    await each(
      sound,
      1,
      () => fc.array(header, { minLength: 1, maxLength: 3 }).map((pairs) => Object.fromEntries(pairs)),
      (one, headers) =>
        probe(one.operation, { method: one.operation.method, path: pathOf(one), headers: { ...JSON_TYPE, ...headers }, body: textOf(one) }),
    );
  });

  it("leaves nothing behind that fails later", () => {
    for (let day = 0; day < 10; day++) shop.sandbox.control.advance(86_400_000);
    expect(shop.log).toEqual([]);
  });
});
