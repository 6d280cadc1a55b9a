import { describe, expect, it } from "vitest";
import { actionIndex, resolveAction } from "./actions.ts";
import { loadCatalog } from "./catalog.ts";

const catalog = loadCatalog();
const { named } = actionIndex(catalog);

it("has 345 stable and 148 beta operations and 225 named actions", () => {
  expect(catalog.operations.filter(({ channel }) => channel === "stable")).toHaveLength(345);
  expect(catalog.operations.filter(({ channel }) => channel === "beta")).toHaveLength(148);
  expect(named).toHaveLength(225);
});

it.each(named.map((action) => [action.title, action] as const))("%s resolves by title and by name", (title, { name, choices }) => {
  for (const [choice, id] of Object.entries(choices)) {
    const args = Object.keys(choices).length > 1 ? { relationship: choice } : {};
    expect(resolveAction(catalog, title, args)).toEqual({ operation: catalog.find(id), args: {} });
    expect(resolveAction(catalog, name, args).operation.id).toBe(id);
  }
});

it("resolves every operation id to itself and every alias to an operation that has it, unless a named action has it first", () => {
  for (const operation of catalog.operations) {
    expect(resolveAction(catalog, operation.id, {}).operation).toBe(operation);
    for (const alias of operation.aliases) {
      const [found] = Object.values(actionIndex(catalog).lookup(alias) ?? {});
      const isOwn = catalog.find(found ?? "")?.aliases.includes(alias) || named.some(({ name }) => name === alias) || found === alias;
      expect(isOwn, alias).toBe(true);
    }
  }
});

it("decides the names that could mean two things as the documentation lists them", () => {
  const meant = (name: string): string => resolveAction(catalog, name, {}).operation.id;
  expect(meant("create_campaign_clone")).toBe("create_campaign_clone");
  expect(meant("get_coupon_relationships_coupon_codes")).toBe("get_coupon_code_ids_for_coupon");
  expect(meant("get_campaign_message_campaign")).toBe("get_campaign_for_campaign_message");
  expect(meant("get_campaign_relationships_messages")).toBe("get_message_ids_for_campaign");
});

describe("names that are not names", () => {
  it.each([
    "Delete_List",
    "DELETE_LIST",
    "delete_l\u0456st",
    "delete_list ",
    "delete‐list",
    "__proto__",
    "constructor",
    "halyard_execute",
    "",
  ])("%j is refused", (name) => {
    expect(() => resolveAction(catalog, name, {})).toThrow("There is no action of that name.");
  });

  it("offers the nearest", () => {
    expect(() => resolveAction(catalog, "create_lists", {})).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("create_list") }),
    );
  });

  it("asks for the choice where one name stands for several operations", () => {
    for (const relationship of ["segment", "__proto__", undefined]) {
      const args = relationship === undefined ? {} : { relationship };
      expect(() => resolveAction(catalog, "create_tag_relationships", args)).toThrow(
        expect.objectContaining({ code: "ambiguous_action", hint: expect.stringContaining("campaigns, flows, lists, segments") }),
      );
    }
  });
});
