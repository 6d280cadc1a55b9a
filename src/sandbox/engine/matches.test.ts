import { describe, expect, it } from "vitest";
import { parseFilter } from "../../catalog/filter.ts";
import type { FilterRead } from "./declare.ts";
import { matcher } from "./matches.ts";

const passes = (filter: string, actual: FilterRead): boolean => parseFilter(filter).every((clause) => matcher(clause)(actual));

describe("a filter condition (behaviour.md 1.8, documented)", () => {
  it.each<[string, FilterRead, boolean]>([
    ["equals(f,'a')", "a", true],
    ["equals(f,'a')", "A", false],
    ["equals(f,['a','b'])", "b", true],
    ["equals(f,'a')", ["b", "a"], true],
    ["equals(f,null)", null, true],
    ["equals(f,true)", undefined, false],
    ["any(f,['a','b'])", "c", false],
    ["contains(f,'ell')", "hello", true],
    ["contains(f,'ELL')", "hello", false],
    ["starts-with(f,'he')", "hello", true],
    ["ends-with(f,'he')", "hello", false],
    ["contains-any(f,['a','z'])", ["a", "b"], true],
    ["contains-all(f,['a','z'])", ["a", "b"], false],
    ["contains-all(f,['a','b'])", ["b", "a", "c"], true],
    ["greater-than(f,5)", 6, true],
    ["greater-than(f,5)", 5, false],
    ["greater-or-equal(f,5)", 5, true],
    ["less-than(f,2026-01-01T00:00:00Z)", Date.UTC(2025, 11, 31), true],
    ["less-or-equal(f,2026-01-01T01:00:00+01:00)", "2026-01-01T00:00:00.000000+00:00", true],
    ["greater-than(f,2026-01-01)", null, false],
    ["equals(f,2026-01-01)", Date.UTC(2026, 0, 1), true],
    ["has(f)", "", false],
    ["has(f)", 0, true],
    ["has(f)", [], false],
  ])("%s of %j is %s", (filter, actual, expected) => {
    expect(passes(filter, actual)).toBe(expected);
  });
});
