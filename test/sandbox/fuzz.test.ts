import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { resources } from "../../src/sandbox/resources.ts";
import { actions } from "../../src/sandbox/actions.ts";
import { open, type Opened } from "./open.ts";

/** Everything that is declared, not only the core: whatever is sent, the sandbox itself must not fail. */
describe("whatever is sent", () => {
  let sandbox: Opened;
  beforeAll(async () => {
    sandbox = await open({ resources, actions, profiles: 20 });
  });
  afterAll(() => sandbox.close());

  const operations = loadCatalog().operations;
  const operation = fc.constantFrom(...operations);
  const path = operation.map(({ method, path: template, channel }) => ({ method, channel, path: template.replaceAll(/\{\w+\}/g, "x") }));
  const nasty = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom("", "[", "null", "%", "%E0%A4", "../..", "__proto__", "constructor"),
  );

  it("as a query, no request fails the server", async () => {
    const names = fc.oneof(
      fc.constantFrom("filter", "sort", "include", "page[size]", "page[cursor]", "fields[list]", "additional-fields[list]", "company_id"),
      nasty,
    );
    await fc.assert(
      fc.asyncProperty(path, fc.array(fc.tuple(names, nasty), { maxLength: 4 }), async (target, pairs) => {
        const text = pairs
          .map(([name, value]) => `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`)
          .join("&");
        const revision = target.channel === "beta" ? "2026-07-15.pre" : "2026-07-15";
        const { status } = await sandbox.call(`GET ${target.path}?${text}`, undefined, { revision });
        expect(status).not.toBe(500);
      }),
      { numRuns: 300 },
    );
    expect(sandbox.log).toEqual([]);
  });

  it("as a filter, no request fails the server", async () => {
    const field = fc.constantFrom("name", "id", "created", "updated", "email", "joined_group_at", "__proto__", "a.b.c");
    const operator = fc.constantFrom("equals", "any", "contains", "greater-than", "less-or-equal", "has", "and", "starts-with", "or");
    const value = fc.oneof(
      fc.constantFrom("'x'", '"x\\""', "[]", "['a','b']", "true", "null", "2026-01-01", "2026-13-45T99:00:00Z", "1e9", "-5"),
      nasty,
    );
    const readable = operations.filter(({ method, filter }) => method === "GET" && filter !== null);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...readable),
        fc.array(fc.tuple(operator, field, value), { minLength: 1, maxLength: 3 }),
        async (target, clauses) => {
          const text = clauses.map(([name, of, to]) => `${name}(${of},${to.toWellFormed()})`).join(",");
          const revision = target.channel === "beta" ? "2026-07-15.pre" : "2026-07-15";
          const { status } = await sandbox.call(
            `GET ${target.path.replaceAll(/\{\w+\}/g, "x")}?filter=${encodeURIComponent(text)}`,
            undefined,
            { revision },
          );
          expect(status).not.toBe(500);
        },
      ),
      { numRuns: 300 },
    );
    expect(sandbox.log).toEqual([]);
  });

  it("as a body, no request fails the server", async () => {
    const writes = operations.filter(({ method, channel }) => method !== "GET" && channel === "stable");
    const shaped = fc.record(
      {
        data: fc.oneof(
          fc.jsonValue(),
          fc.record({ type: nasty, id: nasty, attributes: fc.jsonValue(), relationships: fc.jsonValue() }, { requiredKeys: [] }),
        ),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...writes), fc.oneof(shaped, nasty, fc.jsonValue()), async (target, body) => {
        const { status } = await sandbox.call(
          `${target.method} ${target.path.replaceAll(/\{\w+\}/g, "x")}?company_id=${sandbox.publicKey}`,
          body ?? "null",
        );
        expect(status).not.toBe(500);
      }),
      { numRuns: 300 },
    );
    expect(sandbox.log).toEqual([]);
  });

  it("as headers, no request fails the server", async () => {
    const header = fc.constantFrom("authorization", "revision", "content-type", "content-encoding", "accept");
    const value = fc.string({ unit: fc.constantFrom(..."abzAZ019 -_./;=,*\t\"'{}".split("")) });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(header, value), async (headers) => {
        const { status } = await sandbox.call("POST /api/lists", { data: { type: "list", attributes: { name: "x" } } }, headers);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
    expect((await sandbox.call("GET /api/lists")).status).toBe(200);
    expect(sandbox.log).toEqual([]);
  });
});
