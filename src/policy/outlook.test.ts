import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { outlook } from "./outlook.ts";
import { policyOf } from "./parse.ts";
import { strictest, type Policy, type Rule } from "./policy.ts";

const catalog = loadCatalog();

describe("outlook", () => {
  const small: Rule = { id: "small", effect: "allow", actions: ["add_profiles_to_list"], where: { people: { at_most: 5 } } };
  const night: Rule = {
    id: "night",
    effect: "deny",
    actions: ["add_profiles_to_list"],
    where: { local_time: { between: ["21:00", "07:00"] } },
  };
  const of = (policy: Policy, id = "add_profiles_to_list") => outlook(policy, mustFind(catalog, id));

  it("tells what holds usually, and what could", () => {
    expect(of(policyOf("read-only"))).toMatchObject({ usual: "ask", possible: ["ask"] });
    expect(of(policyOf("read-only", [small]))).toMatchObject({ usual: "ask", possible: ["allow", "ask"] });
    expect(of(policyOf("read-only", [small, night]))).toMatchObject({ usual: "ask", possible: ["allow", "ask", "deny"] });
    expect(of(policyOf("read-only", [small, { id: "no", effect: "deny", areas: ["lists"] }]))).toMatchObject({
      usual: "deny",
      possible: ["deny"],
    });
    expect(of(policyOf("locked", [small]))).toMatchObject({ usual: "deny", possible: ["deny"], conditional: [] });
    expect(outlook(policyOf("operator"), mustFind(catalog, "create_tag"), true)).toMatchObject({ usual: "deny", possible: ["deny"] });
  });

  it("keeps risk 5 asked", () => {
    const all: Rule = { id: "all", effect: "allow", risk: [5] };
    expect(of(policyOf("operator", [all]), "merge_profiles")).toMatchObject({ usual: "ask", possible: ["ask"] });
    expect(of(policyOf("operator", [{ ...all, where: { people: { at_most: 2 } } }]), "merge_profiles").possible).toEqual(["ask"]);
  });

  it("leaves reads out of what denies every write", () => {
    expect(of(policyOf("locked"), "get_lists").usual).toBe("allow");
    expect(outlook(policyOf("read-only"), mustFind(catalog, "get_lists"), true).usual).toBe("allow");
  });

  it("names the rules with conditions alone", () => {
    const firm: Rule = { id: "firm", effect: "ask", areas: ["lists"] };
    expect(of(policyOf("read-only", [firm, night])).conditional).toEqual([night]);
  });
});

it("the strictest of no verdicts is the strictest that there is", () => {
  expect(strictest([])).toBe("deny");
});
