import * as fc from "fast-check";
import { isJsonObject, type Json } from "../../src/lib/json.ts";

const deep = (depth: number): string => `${'{"a":['.repeat(depth)}1${"]}".repeat(depth)}`;

/** What stands in the place of a member: JSON as it is on the wire, so that it can also be what no serializer writes. */
const NASTY = [
  ["null", "true", "0", "-1", "1.5", "-0", "1e308", "1e999", "9007199254740993", "[]", "{}", "[[]]", "[null]", "[{}]"],
  ['""', '" "', '"NaN"', '"null"', '"__proto__"', '"constructor"', '"\\u0000"', '"\\ud800"', '"😀é\\u202e"', '"\\\\\\"\'"', '"../.."'],
  ['"2026-13-45T99:00:00Z"', '"0000-01-01T00:00:00Z"', '"9999-12-31T23:59:59Z"', '"+275760-09-13T00:00:00Z"', '"2026-02-31"'],
  ['"a@b"', '"+1"', '"{{ x"', '"{% if"', '"$"', '"$.a["', '"http://["', '"javascript:alert(1)"', '"=1+1"', '"id\\tid"'],
  ['{"__proto__":{"x":1}}', '{"constructor":{"prototype":1}}', '{"toString":1,"length":-1}', '{"\\ud800":1}', '{"":""}'],
  ["NaN", "undefined", "'x'", "01", '"\u0001"', "[1,]", ""],
  [deep(20), deep(40), `"${"x".repeat(300)}"`, `"${"y".repeat(100_000)}"`, `[${"1,".repeat(2000)}1]`, '{"data":{"type":"list","id":"x"}}'],
].flat();

export type Spoiling = { at: number; how: "alter" | "drop" | "repeat"; nasty: string };

/** One change of a body: where, counted over all of its members, and what. */
export const spoiling: fc.Arbitrary<Spoiling> = fc.record({
  at: fc.nat(10_000),
  how: fc.constantFrom("alter", "alter", "alter", "drop", "repeat"),
  nasty: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...NASTY) },
    { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)) },
  ),
});

const HOLE = "\u0001hole\u0001";

/** The text of a body with one of its members changed: another value, none, or twice under one name. */
export function spoilt(body: Json, { at, how, nasty }: Spoiling): string {
  const places = placesOf(body, []);
  const place = places[at % places.length] ?? [];
  const name = place.at(-1);
  if (how === "drop" && name !== undefined) return JSON.stringify(changed(body, place, () => undefined));
  const kept = JSON.stringify(HOLE);
  let before: Json = null;
  const text = JSON.stringify(
    changed(body, place, (value) => {
      before = value;
      return HOLE;
    }),
  );
  const twice = how === "repeat" && typeof name === "string";
  // Not as a pattern: the text may hold a `$`.
  return text.split(kept).join(twice ? `${JSON.stringify(before)},${JSON.stringify(name)}:${nasty}` : nasty);
}

type Place = (number | string)[];

function placesOf(value: Json, path: Place): Place[] {
  const inner = Array.isArray(value) ? [...value.entries()] : isJsonObject(value) ? Object.entries(value) : [];
  return [path, ...inner.flatMap(([name, each]) => placesOf(each, [...path, name]))];
}

function changed(value: Json, [name, ...rest]: Place, change: (value: Json) => Json | undefined): Json | undefined {
  if (name === undefined) return change(value);
  if (Array.isArray(value)) return value.flatMap((each, i) => (i === name ? (changed(each, rest, change) ?? []) : [each]));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, each]): [string, Json][] => {
    const after = key === name ? changed(each, rest, change) : each;
    return after === undefined ? [] : [[key, after]];
  });
  return Object.fromEntries(entries);
}
