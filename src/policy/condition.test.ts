import { describe, expect, it } from "vitest";
import { CONDITION, contradictionOf, NOTHING, truthOf, type Condition, type Value } from "./condition.ts";

describe("one value", () => {
  it.each<[Condition, Value, string]>([
    [{ equals: "live" }, "live", "holds"],
    [{ equals: "live" }, "draft", "fails"],
    [{ equals: 1 }, "1", "fails"],
    [{ equals: false }, false, "holds"],
    [{ equals: null }, null, "holds"],
    [{ in: ["a", "b"] }, "b", "holds"],
    [{ in: ["a", "b"] }, "c", "fails"],
    [{ not_in: ["a", "b"] }, "c", "holds"],
    [{ not_in: ["a", "b"] }, "b", "fails"],
    [{ starts_with: "vip-" }, "vip-1", "holds"],
    [{ starts_with: "vip-" }, "my-vip-", "fails"],
    [{ starts_with: "1" }, 1, "fails"],
    [{ starts_with: "n" }, null, "fails"],
    [{ ends_with: "@example.com" }, "jo@example.com", "holds"],
    [{ ends_with: "@example.com" }, "@example.com.evil", "fails"],
    [{ ends_with: "1" }, 1, "fails"],
    [{ starts_with: "a", ends_with: "z" }, "abc", "fails"],
    [{ equals: "abc", ends_with: "z" }, "abc", "fails"],
  ])("%j of %j %s", (condition, value, truth) => {
    expect(truthOf(condition, [value], "allow")).toBe(truth);
  });
});

describe("whole numbers", () => {
  it.each<[Condition, number, string]>([
    [{ at_most: 5 }, 5, "holds"],
    [{ at_most: 5 }, 6, "fails"],
    [{ at_least: 5 }, 5, "holds"],
    [{ at_least: 5 }, 4, "fails"],
    [{ between: [1, 5] }, 0, "fails"],
    [{ between: [1, 5] }, 1, "holds"],
    [{ between: [1, 5] }, 5, "holds"],
    [{ between: [1, 5] }, 6, "fails"],
    [{ between: [1, 9], at_most: 5 }, 6, "fails"],
    [{ between: [1, 9], not_in: [5] }, 5, "fails"],
  ])("%j of %d %s", (condition, value, truth) => {
    expect(truthOf(condition, [value], "allow")).toBe(truth);
  });

  it.each([1.5, Number.NaN, 2 ** 53, "3", true, null])("what is none, such as %j, cannot be compared", (value) => {
    for (const condition of [{ at_most: 5 }, { at_least: 0 }, { between: [0, 5] }] satisfies Condition[])
      expect(truthOf(condition, [value], "allow")).toBe("unknown");
  });
});

describe("times of day", () => {
  it.each<[[string, string], string, string]>([
    [["09:00", "17:00"], "08:59", "fails"],
    [["09:00", "17:00"], "09:00", "holds"],
    [["09:00", "17:00"], "16:59", "holds"],
    [["09:00", "17:00"], "17:00", "fails"],
    [["21:00", "07:00"], "20:59", "fails"],
    [["21:00", "07:00"], "21:00", "holds"],
    [["21:00", "07:00"], "06:59", "holds"],
    [["21:00", "07:00"], "07:00", "fails"],
    // Nothing lies between a time and itself, not the whole day.
    [["07:00", "07:00"], "07:00", "fails"],
  ])("between %j lies %s: %s", (between, value, truth) => {
    expect(truthOf({ between }, [value], "allow")).toBe(truth);
  });

  it.each(["9:30", "at 09:30", "09:30:00", "noon", "20:99", "24:00", "29:30", 930, null])(
    "what is none, such as %j, cannot be compared",
    (value) => {
      expect(truthOf({ between: ["09:00", "17:00"] }, [value], "allow")).toBe("unknown");
    },
  );
});

it.each(["12:00", 5])("a time that is to be a number as well: %j cannot be compared", (value) => {
  expect(truthOf({ between: ["07:00", "21:00"], at_most: 5 }, [value], "allow")).toBe("unknown");
  expect(truthOf({ between: ["07:00", "21:00"], at_least: 5 }, [value], "allow")).toBe("unknown");
});

describe("several values", () => {
  const condition: Condition = { at_most: 5 };

  it.each<[Value[], string, string]>([
    [[1, 5], "holds", "holds"],
    [[1, 6], "fails", "holds"],
    [[6, 7], "fails", "fails"],
    [[1, 1.5], "unknown", "holds"],
    [[6, 1.5], "fails", "unknown"],
    [[1.5], "unknown", "unknown"],
    [[], "fails", "fails"],
  ])("at most 5 of %j: to allow it %s, to ask or deny it %s", (values, toAllow, toDeny) => {
    expect(truthOf(condition, values, "allow")).toBe(toAllow);
    expect(truthOf(condition, values, "ask")).toBe(toDeny);
    expect(truthOf(condition, values, "deny")).toBe(toDeny);
  });
});

describe("an argument that was not given", () => {
  it.each<[Condition, string]>([
    [{ not_in: ["a"] }, "holds"],
    [{ not_in: ["a"], equals: undefined }, "holds"],
    [{ in: ["a"] }, "fails"],
    [{ not_in: ["a"], starts_with: "b" }, "fails"],
    [{ at_most: 5 }, "fails"],
  ])("under %j %s for a rule that denies, and never for one that allows", (condition, truth) => {
    expect(truthOf(condition, [NOTHING], "deny")).toBe(truth);
    expect(truthOf(condition, [NOTHING], "ask")).toBe(truth);
    expect(truthOf(condition, [NOTHING], "allow")).toBe("fails");
  });
});

describe("conditions that nothing fulfils", () => {
  it.each<[Condition, string]>([
    [{ between: [5, 1] }, "between names the larger number first"],
    [{ between: ["07:00", "07:00"] }, "between names the same time twice, so nothing lies between"],
    [{ at_least: 6, at_most: 5 }, "its bounds leave no number"],
    [{ between: [1, 5], at_least: 6 }, "its bounds leave no number"],
    [{ between: [6, 9], at_most: 5 }, "its bounds leave no number"],
    [{ equals: 6, at_most: 5 }, "none of its values fulfils the rest of it"],
    [{ in: ["a", "b"], starts_with: "c" }, "none of its values fulfils the rest of it"],
    [{ starts_with: "a", at_most: 5 }, "no value is a text and a number"],
    [{ ends_with: "a", at_least: 5 }, "no value is a text and a number"],
    [{ between: ["07:00", "21:00"], at_most: 5 }, "no value is a text and a number"],
    [{ between: [1, 5], starts_with: "a" }, "no value is a text and a number"],
  ])("%j: %s", (condition, why) => {
    expect(contradictionOf(condition)).toBe(why);
  });

  it.each<Condition>([
    { between: [5, 5] },
    { between: ["21:00", "07:00"] },
    { at_least: 5, at_most: 5 },
    { between: [1, 5], at_least: 5 },
    { in: [4, 6], at_most: 5 },
    { in: ["a", "b"], not_in: ["b"] },
    { equals: null },
    { starts_with: "a", ends_with: "b" },
    { starts_with: "0", between: ["07:00", "21:00"] },
  ])("are not those that a single value fulfils, such as %j", (condition) => {
    expect(contradictionOf(condition)).toBeUndefined();
  });

  it("are those that give no predicate", () => {
    for (const empty of [{}, { equals: undefined }])
      expect(CONDITION.safeParse(empty).error?.issues.map(({ message }) => message)).toEqual([
        "says nothing: give in, not_in, equals, at_most …",
      ]);
  });
});
