import { describe, expect, it } from "vitest";
import { parseJsonPath } from "./json-path.ts";

const PET = { id: "p1", owner: { email: "a@b.c", "home town": "Ghent" }, toys: [{ name: "ball" }, { name: "rope" }], tags: ["x", "y"] };

describe("parseJsonPath", () => {
  it.each([
    ["$['id']", "p1"],
    ["$.id", "p1"],
    ["$['owner']['email']", "a@b.c"],
    ['$["owner"]["home town"]', "Ghent"],
    ["$.owner.email", "a@b.c"],
    ["$.toys[1].name", "rope"],
    ["$.toys[*].name", ["ball", "rope"]],
    ["$.tags", ["x", "y"]],
    ["$.tags[*]", ["x", "y"]],
    ["$['missing']", undefined],
    ["$['missing'][*]", []],
    ["$.toys[9]", undefined],
    ["$['constructor']", undefined],
    ["$", PET],
  ])("reads %s", (path, value) => {
    expect(parseJsonPath(path)?.read(PET)).toEqual(value);
  });

  it.each(["", "id", "$[", "$.a..b", "$['a'", "$[?(@.x)]", "$['a']b"])("does not take %j for a path", (path) => {
    expect(parseJsonPath(path)).toBeUndefined();
  });

  it("tells a path to one value from one to many", () => {
    expect([parseJsonPath("$.a[0]")?.isMany, parseJsonPath("$.a[*]")?.isMany]).toEqual([false, true]);
  });
});
