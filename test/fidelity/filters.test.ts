import { afterAll, describe, expect, it } from "vitest";
import type { FilterField } from "../../src/catalog/operation.ts";
import type { Json } from "../../src/lib/json.ts";
import { onlyInSandbox } from "../account/skip.ts";
import { createRequests } from "./arguments.ts";
import { populate } from "./populate.ts";
import { attributeOf, comparable, readOf, type ReadOf } from "./reads.ts";
import { dataOf, openShop } from "./shop.ts";

/** Every filter field with every operator that an operation lists, and what it does not list. */
const shop = await openShop();
const requests = createRequests(shop);
await populate(shop, requests);
afterAll(() => shop.sandbox.close());

const filtered = shop.operations.filter(({ filter, method }) => method === "GET" && Object.keys(filter?.fields ?? {}).length > 0);

/** What a row's own value must be to pass, for operators that say something of one value. */
const HOLDS: Record<string, (value: string | number | boolean, asked: string | number | boolean) => boolean> = {
  equals: (value, asked) => value === asked,
  any: (value, asked) => value === asked,
  contains: (value, asked) => String(value).toLowerCase().includes(String(asked).toLowerCase()),
  "starts-with": (value, asked) => String(value).toLowerCase().startsWith(String(asked).toLowerCase()),
  "ends-with": (value, asked) => String(value).toLowerCase().endsWith(String(asked).toLowerCase()),
  "greater-than": (value, asked) => value > asked,
  "greater-or-equal": (value, asked) => value >= asked,
  "less-than": (value, asked) => value < asked,
  "less-or-equal": (value, asked) => value <= asked,
};

/** A text for the field: of a row where there is one, so that something can be found. */
function valueFor(field: FilterField, live: Json | undefined): Json {
  if (field.enum) return typeof live === "string" && field.enum.includes(live) ? live : (field.enum[0] ?? "");
  if (field.format === "date-time") return typeof live === "string" ? live : "2026-01-31T00:00:00+00:00";
  if (field.type === "boolean") return typeof live === "boolean" ? live : true;
  if (field.type === "integer" || field.type === "number") return typeof live === "number" ? live : 5;
  return typeof live === "string" ? live : "x";
}

const written = (field: FilterField, value: Json): string =>
  field.format === "date-time" || typeof value !== "string" ? String(value) : JSON.stringify(value);

/** What the operators on parts of texts are asked for. */
function partOf(operator: string, value: string): string {
  if (operator === "starts-with") return value.slice(0, 3);
  if (operator === "ends-with") return value.slice(-3);
  return operator === "contains" ? value.slice(1, 4) : value;
}

/** Fields that name other resources. */
const NAMES: Record<string, string> = {
  "category.id": "catalog-category",
  "item.id": "catalog-item",
  "coupon.id": "coupon",
  "profile.id": "profile",
  profile_id: "profile",
  metric_id: "metric",
  list_id: "list",
  segment_id: "segment",
};

const both = (read: ReadOf, filter: string): string => (read.filter === undefined ? filter : `${read.filter},${filter}`);

let alive = 0;

describe.each(filtered.map((operation) => [operation.id, operation] as const))("%s", (_, operation) => {
  const fields = Object.entries(operation.filter?.fields ?? {});

  it("takes each field with each of its operators, and finds what it says", async () => {
    const read = await readOf(shop, requests, operation);
    const rows = dataOf(await read.ask({}));
    for (const [name, field] of fields) {
      const live = rows.map((row) => attributeOf(row, name === "ids" ? "id" : name)).find((value) => comparable(value) !== undefined);
      const named = NAMES[name];
      const value = live === undefined && named !== undefined ? await requests.idsFor(operation).one(named) : valueFor(field, live);
      if (live !== undefined) alive++;
      const text = written(field, value);
      const part = (operator: string): Json =>
        typeof value === "string" && field.single?.includes(operator) ? partOf(operator, value) : value;
      const asked = [
        ...(field.single ?? []).map((operator) => [operator, `${operator}(${name},${written(field, part(operator))})`] as const),
        ...(field.list ?? []).map((operator) => [operator, `${operator}(${name},[${text}])`] as const),
        ...(field.none ?? []).map((operator) => [operator, `${operator}(${name})`] as const),
      ];
      for (const [operator, filter] of asked) {
        // An obligatory filter that names the field already stands alone.
        const answer = await read.ask({ filter: read.filter?.includes(`(${name},`) ? filter : both(read, filter) });
        expect(answer.status === 200 ? "" : answer.text, answer.asked).toBe("");
        const holds = HOLDS[operator];
        const seen = dataOf(answer).map((row) => comparable(attributeOf(row, name)));
        const wrong = seen.filter((one) => one !== undefined && holds && !holds(one, comparable(part(operator)) ?? ""));
        expect(wrong, answer.asked).toEqual([]);
        if (live !== undefined && /equal|any|contains|with/.test(operator)) expect(seen.length, answer.asked).toBeGreaterThan(0);
      }
    }
  });

  it("refuses a field and an operator that it does not list", async () => {
    const read = await readOf(shop, requests, operation);
    const [first] = fields;
    const [name, field] = first ?? ["", undefined];
    const listed = new Set([...(field?.single ?? []), ...(field?.list ?? []), ...(field?.none ?? [])]);
    const operator = ["ends-with", "contains-all", "less-than"].find((one) => !listed.has(one)) ?? "has";
    const value = field ? written(field, valueFor(field, undefined)) : "";
    for (const filter of [
      'equals(no_such_field,"x")',
      `${operator}(${name},${operator === "contains-all" ? `[${value}]` : value})`,
      "equals(",
      "nonsense",
    ]) {
      const answer = await read.ask({ filter: both(read, filter) });
      const [error] = (answer.body?.["errors"] ?? []) as { source?: unknown }[];
      expect([answer.asked, answer.status, error?.source]).toEqual([answer.asked, 400, { parameter: "filter" }]);
    }
  });
});

it("has rows to find for most of the fields that are attributes", () => {
  onlyInSandbox("how much there is to see is known of the seeded shop alone");
  expect(alive).toBeGreaterThan(100);
});
