import { describe, expect, it } from "vitest";
import { agree, likenessOf, sharedLeaves } from "./agree.ts";

describe("agreement", () => {
  it.each([
    [{ a: 1, b: { c: "x" } }, { a: 1, b: { c: "x", d: 2 } }, true],
    [{ a: 1 }, { b: 2 }, true],
    [{ a: 1 }, { a: "1" }, false],
    [{ a: [1, 2] }, { a: [2, 1] }, true],
    [{ a: [1, 2] }, { a: [1] }, false],
    [{ at: "2026-07-15T10:00:00Z" }, { at: "2026-07-15T10:00:00+00:00" }, true],
    [{ at: "2026-07-15T10:00:00Z" }, { at: "2026-07-15T10:00:01+00:00" }, false],
    [{ html: "<html><body>Hi</body></html>" }, { html: "<html><head></head><body>Hi</body></html>" }, true],
    [{ html: "<html><body>Hi</body></html>" }, { html: "<html><body>Ho</body></html>" }, false],
    [{ a: null }, { a: "x" }, false],
  ])("of %j with %j is %s", (given, read, expected) => {
    expect(agree(given, read)).toBe(expected);
  });

  it("counts what both state", () => {
    expect(sharedLeaves({ a: 1, b: { c: 1, d: 2 }, e: 5 }, { a: 2, b: { c: 3 } })).toBe(2);
  });
});

describe("likeness", () => {
  const wanted = {
    attributes: { name: "VIP", opt_in_process: "double_opt_in" },
    relationships: { list: { data: { type: "list", id: "L1" } } },
  };
  it.each([
    ["same", { attributes: { name: "VIP", opt_in_process: "double_opt_in", created: "x" } }],
    ["same", { attributes: { name: "VIP" }, relationships: { list: { data: { type: "list", id: "L1" } } } }],
    ["near", { attributes: { name: "VIP", opt_in_process: "single_opt_in" } }],
    ["near", { attributes: { name: "VIP" }, relationships: { list: { data: { type: "list", id: "L2" } } } }],
    ["other", { attributes: { name: "VIPs", opt_in_process: "double_opt_in" } }],
    ["other", { attributes: {} }],
  ] as const)("%s: %j", (expected, row) => {
    expect(likenessOf(wanted, row, ["name"])).toBe(expected);
  });
});
