import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertStrictValue, canonicalJson, parseStrictJson, type Json } from "./json.ts";

describe("strict JSON", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        let expected: unknown;
        try {
          assertStrictValue(JSON.parse(text));
          expected = JSON.parse(text);
        } catch {
          return;
        }
        expect(parseStrictJson(text)).toEqual(expected);
      }),
    );
  });

  it.each([
    ['{"status":"draft","status":"live"}', "the same property twice"],
    ['{"a":{"b":1,"\\u0062":2}}', "the same property twice"],
    ["9007199254740993", "a number that cannot be kept exactly"],
    ["-0", "a number that cannot be kept exactly"],
    ["1e400", "a number that cannot be kept exactly"],
    ['"\\ud800"', "half of a surrogate pair"],
    ["{} {}", "text after the end"],
    ["[1,]", "a value was expected"],
    ["{'a':1}", "double quotes"],
    ["01", "a value was expected"],
    ['"\n"', "bad escape or a bare control character"],
    ['"abc', "a string that does not end"],
    ["", "a value was expected"],
    ["nul", "a value was expected"],
    ["\ufeff{}", "a value was expected"],
  ])("refuses %j", (text, why) => {
    expect(() => parseStrictJson(text)).toThrow(why);
  });

  it("refuses what is too large or too deep without reading it all", () => {
    expect(() => parseStrictJson("[".repeat(200_000))).toThrow(expect.objectContaining({ code: "too_large" }));
    expect(() => parseStrictJson('"xxxxxxxxxx"', { maxSizeBytes: 5, maxDepth: 5 })).toThrow(expect.objectContaining({ code: "too_large" }));
  });

  it("keeps __proto__ an ordinary property", () => {
    const value = parseStrictJson('{"__proto__":{"polluted":true}}');
    expect(Object.keys(value as object)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("values that a transport parsed", () => {
  it.each([Number.NaN, Infinity, -0, 2 ** 60, "\ud800", undefined, () => 1, { a: [Number.NaN] }, { "\udc00": 1 }])(
    "%j is refused",
    (value) => {
      expect(() => assertStrictValue(value)).toThrow(expect.objectContaining({ code: "invalid_json" }));
    },
  );
});

it("has one canonical text for equal values", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue({ maxDepth: 3, noUnicodeString: false }) as fc.Arbitrary<Json>),
      (object) => {
        const reversed = Object.fromEntries(Object.entries(object).toReversed());
        expect(canonicalJson(reversed)).toBe(canonicalJson(object));
      },
    ),
  );
});
