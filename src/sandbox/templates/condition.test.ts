import { describe, expect, it } from "vitest";
import { parseCondition } from "./condition.ts";
import { createScope } from "./scope.ts";

const scope = createScope(
  { t: true, f: false, zero: 0, xs: [1, 2], word: "cat", d: { k: 1 }, n: 5, text: "5", none: null },
  {} as never,
  (text) => text,
);

describe("conditions", () => {
  it.each([
    ["t", true],
    ["zero", false],
    ["missing", false],
    ["not missing", true],
    ["not not t", true],
    ["t or f and f", true],
    ["f and t or t", true],
    ["not f and f", false],
    ["not t or t", true],
    ["not n == 4", true],
    ["1 in xs and not 3 in xs", true],
    ["3 not in xs", true],
    ["'a' in word", true],
    ["'k' in d", true],
    ["1 in missing", false],
    ["n == 5", true],
    ["n == text", false],
    ["n > text", false],
    ["missing == None", true],
    ["none is None", true],
    ["word is not 'dog'", true],
    ["missing == ''", false],
    ["n >= 5 and n <= 5 and n < 6 and n > 4 and n != 6", true],
    ["missing > 1", false],
    ["'a' < 'b'", true],
    ["t == True", true],
    ["xs|length > 1", true],
    ["xs|length == xs.1", true],
    ["word == 'c a t'", false],
    ['word|default:"x y" == "cat"', true],
  ])("%s", (source, expected) => {
    expect(parseCondition(source)(scope)).toBe(expected);
  });

  it.each(["", "and t", "t and", "t t", "not", "n =5", "n = 5", "( t )", "t or or f", `${"not ".repeat(2000)}t`])(
    "%j is refused",
    (source) => {
      expect(() => parseCondition(source)).toThrow("cannot be rendered");
    },
  );
});
