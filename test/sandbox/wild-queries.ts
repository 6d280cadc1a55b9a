import * as fc from "fast-check";
import type { FilterField, Operation } from "../../src/catalog/operation.ts";
import { definition, inputSchema } from "../../src/catalog/validation.ts";

const WILD = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    "",
    " ",
    ",",
    ",,",
    "[",
    "null",
    "%",
    "%E0%A4",
    "../..",
    "__proto__",
    "constructor",
    "toString",
    "\u0000",
    "😀",
    "x".repeat(3000),
  ),
);

const OPERATORS = [
  "equals",
  "any",
  "contains",
  "contains-any",
  "contains-all",
  "greater-than",
  "less-or-equal",
  "has",
  "starts-with",
  "ends-with",
];
const ALIEN_FIELDS = ["id", "__proto__", "constructor", "a.b.c", "properties['x']", ""];

/** Values in the grammar of filters, right and wrong ones; quotes within quotes, escapes, any character. */
const quoted = WILD.chain((text) =>
  fc.constantFrom(
    `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`,
    `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`,
    `"${text}"`,
    `'"${text}"'`,
  ),
);
const scalar = fc.oneof(
  quoted,
  fc.constantFrom("true", "false", "null", "0", "-5", "1e9", "1e999", "9007199254740993", "NaN"),
  fc.constantFrom("2026-01-01", "2026-07-15T10:00:00Z", "2026-13-45T99:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00"),
);
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 4 }).map((each) => `[${each.join(",")}]`) },
  { weight: 1, arbitrary: fc.constantFrom("", "[", "[[1]]", "]", "()", `["a"`, `"unclosed`, `[${'"x",'.repeat(150)}"x"]`) },
);

function fitting({ type, format, enum: known }: FilterField): string {
  if (format === "date-time") return "2026-07-15T10:00:00Z";
  if (known) return JSON.stringify(known[0]);
  return type === "boolean" ? "true" : type === "integer" || type === "number" ? "5" : '"x"';
}

/** One condition: right by what the operation offers, or wrong in its field, operator or value. */
function clause({ filter }: Operation): fc.Arbitrary<string> {
  const fields = Object.entries(filter?.fields ?? {});
  const right = fields.flatMap(([field, stated]) => [
    ...(stated.single ?? []).map((operator) => `${operator}(${field},${fitting(stated)})`),
    ...(stated.list ?? []).map((operator) => `${operator}(${field},[${fitting(stated)}])`),
    ...(stated.none ?? []).map((operator) => `${operator}(${field})`),
  ]);
  const field = fc.constantFrom(...fields.map(([name]) => name), ...ALIEN_FIELDS);
  const wrong = fc
    .tuple(fc.constantFrom(...OPERATORS, "and", "or", "not", "__proto__"), field, value)
    .map(([name, of, to]) => `${name}(${of},${to})`);
  return right.length > 0 ? fc.oneof(fc.constantFrom(...right), wrong, wrong) : wrong;
}

function filterOf(operation: Operation): fc.Arbitrary<string> {
  const clauses = fc.array(clause(operation), { minLength: 1, maxLength: 4 });
  return fc.oneof(
    { weight: 4, arbitrary: clauses.map((each) => each.join(",")) },
    { weight: 2, arbitrary: clauses.map((each) => `and(${each.join(",")})`) },
    {
      weight: 1,
      arbitrary: fc.tuple(clauses, fc.nat(8)).map(([each, depth]) => `${"and(".repeat(depth)}${each.join(",")}${")".repeat(depth)}`),
    },
    { weight: 1, arbitrary: WILD },
  );
}

const SIZES = ["", "0", "1", "2", "-1", "1e2", "1.5", " 5", "５", "100", "101", "999999999999", "0x10", "null"];

/** What a query parameter of the operation is given: what it offers, in some order, some of it twice, with what it does not offer. */
function parameter(operation: Operation, wire: string): fc.Arbitrary<string> {
  if (wire === "filter") return filterOf(operation);
  if (wire.endsWith("[size]")) return fc.constantFrom(...SIZES);
  const known = statedValues(operation, wire);
  if (known.length === 0) return WILD;
  const stated = fc.constantFrom(...known);
  const many = fc.array(fc.oneof({ weight: 5, arbitrary: stated }, { weight: 1, arbitrary: WILD }), { maxLength: 5 });
  return wire === "sort"
    ? fc.oneof(
        stated,
        stated.map((sort) => `-${sort}`),
        many.map(String),
      )
    : many.map((each) => each.join(","));
}

/** Values that a parameter takes, where the catalog states them. */
function statedValues(operation: Operation, wire: string): string[] {
  const name = operation.args.find((arg) => arg.in === "query" && arg.wire === wire)?.name ?? "";
  const schema = inputSchema(operation).properties?.[name];
  const inner = schema?.items ?? schema;
  const resolved = inner?.$ref === undefined ? inner : definition(operation, inner.$ref);
  return (resolved?.enum ?? []).map(String);
}

export type Pairs = (readonly [name: string, value: string])[];

/** Parameters to put over those of a sound request; some of no operation, some twice. */
export function wildQuery(operation: Operation): fc.Arbitrary<Pairs> {
  const own = operation.args
    .filter((arg) => arg.in === "query" && arg.fill === undefined && !arg.wire.endsWith("[cursor]"))
    .map(({ wire }) => wire);
  const known = own.map((wire) => parameter(operation, wire).map((text) => [wire, text] as const));
  const alien = fc.tuple(
    fc.oneof(fc.constantFrom("filter", "sort", "include", "page[size]", "fields[x]", "company_id", "a[b][c]"), WILD),
    WILD,
  );
  if (known.length === 0) return fc.array(alien, { minLength: 1, maxLength: 2 });
  return fc.array(fc.oneof({ weight: 6, arbitrary: fc.oneof(...known) }, { weight: 1, arbitrary: alien }), { minLength: 1, maxLength: 4 });
}

export function queryText(base: Pairs, over: Pairs): string {
  const names = new Set(over.map(([name]) => name));
  const all = [...base.filter(([name]) => !names.has(name)), ...over];
  return all.map(([name, text]) => `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(text.toWellFormed())}`).join("&");
}

const PARTS = ["null", "1e999", "-1", '""', '"x"', '"\\ud800"', "true", "[]", "{}", `"${"z".repeat(2000)}"`, "9999999999999999"];

/** A cursor that was a real one: cut, with another character, or with another part in the place of one of its own. */
export function wornCursor(real: string): fc.Arbitrary<string> {
  const cut = fc.nat(real.length).map((at) => real.slice(0, at));
  const flipped = fc
    .tuple(fc.nat(Math.max(0, real.length - 1)), fc.constantFrom(..."Aa9+/=-_ é"))
    .map(([at, mark]) => real.slice(0, at) + mark + real.slice(at + 1));
  const parts = Buffer.from(real, "base64").toString("utf8").slice(1, -1).split(", ");
  const replaced = fc
    .tuple(fc.nat(4), fc.constantFrom(...PARTS))
    .map(([at, part]) => Buffer.from(`[${parts.toSpliced(at, 1, part).join(", ")}]`).toString("base64"));
  return fc.oneof(fc.constant(real), cut, flipped, replaced, replaced, replaced, WILD);
}
