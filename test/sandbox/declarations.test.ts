import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { declarationGaps } from "../../src/sandbox/engine/plan.ts";
import { resources } from "../../src/sandbox/resources.ts";

describe("declared resources", () => {
  it("answer every filter and sort that the catalog offers on their collections", () => {
    expect(declarationGaps(loadCatalog(), resources)).toEqual([]);
  });

  it("are told when one is missing", () => {
    const lists = resources.filter(({ type }) => type === "list").map((each) => ({ ...each, sorts: {}, filters: {} }));
    expect(declarationGaps(loadCatalog(), lists)).toContain("get_lists filter name");
    expect(declarationGaps(loadCatalog(), lists)).toContain("get_lists sort updated");
  });
});
