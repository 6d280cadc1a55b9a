import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import type { Operation } from "../catalog/operation.ts";
import { inputSchema } from "../catalog/validation.ts";
import { checkWhere } from "./check-where.ts";
import type { Condition } from "./condition.ts";

const catalog = loadCatalog();
const find = (id: string): Operation => mustFind(catalog, id);
/** What an author is told of one condition in a rule that selects these operations. */
const told = (operations: string, path: string, condition: Condition): string[] => {
  const { violations } = checkWhere({ [path]: condition }, operations.split(" ").map(find));
  return violations.map((violation) => {
    expect(violation.path).toBe(path);
    return violation.message;
  });
};

const NO_ARGUMENT = "is an argument of none of the operations that the rule selects";

describe("a path that is wrong", () => {
  it.each([
    ["send_campaign", "peple", 'is not a fact; did you mean "people"?'],
    ["send_campaign", "nothing_like_it", "is not a fact"],
    ["update_flow", "status", 'is not a fact; the argument is written "args.status"'],
    ["create_tag update_flow", "status", 'is not a fact; the argument is written "args.status"'],
    ["create_tag", "flow_status", "can be said of none of the operations that the rule selects, so the rule would do nothing"],
    ["update_flow", "args.statsu", `${NO_ARGUMENT}; did you mean "args.status"?`],
    // Near is measured by the word that is wrong, not by all that stands before it.
    ["create_flow", "args.definition.zzzzz", NO_ARGUMENT],
    ["update_flow", "args.nothing_like_it", NO_ARGUMENT],
    ["update_campaign_message_beta", "args.definition.statsu", `${NO_ARGUMENT}; did you mean "args.definition.status"?`],
    // The beginning is right for one of the operations, so what is wrong comes later.
    ["create_tag update_campaign_message_beta", "args.definition.statsu", `${NO_ARGUMENT}; did you mean "args.definition.status"?`],
    ["update_flow", "args.status[]", `${NO_ARGUMENT}; "args.status" is no list`],
    ["update_flow", "args.status.of", NO_ARGUMENT],
    ["bulk_suppress_profiles", "args.profiles.email", `${NO_ARGUMENT}; did you mean "args.profiles[].email"?`],
    ["create_tag bulk_suppress_profiles", "args.profiles.email", `${NO_ARGUMENT}; did you mean "args.profiles[].email"?`],
    ["bulk_suppress_profiles", "args.profiles[].emial", `${NO_ARGUMENT}; did you mean "args.profiles[].email"?`],
    ["update_flow", "args.", `${NO_ARGUMENT}, or is not written as a path such as "args.profiles[].email"`],
    ["bulk_suppress_profiles", "args.profiles", 'is a list; its items are written "args.profiles[]"'],
    ["bulk_suppress_profiles", "args.profiles[]", "holds members, not a value; name one of them"],
    ["create_catalog_item", "args.price", "may hold fractions; conditions compare whole numbers only"],
  ])("of %s: %s %s", (operations, path, message) => {
    expect(told(operations, path, { equals: "x" })).toEqual([message]);
  });

  it("of an argument that is never anything but null is said to be so", () => {
    const { properties = {} } = inputSchema(find("create_tag"));
    // The catalog has none today.
    properties["gone"] = { type: "null" };
    try {
      expect(told("create_tag", "args.gone", { equals: null })).toEqual(["can hold nothing but null"]);
    } finally {
      delete properties["gone"];
    }
  });

  it("is told once, for each path that is wrong", () => {
    const where = { peple: { at_most: 5 }, people: { at_most: 5 }, "args.statsu": { equals: "x" } };
    expect(checkWhere(where, [find("update_flow")]).violations.map(({ path }) => path)).toEqual(["peple", "args.statsu"]);
  });
});

describe("a condition that does not fit what it speaks of", () => {
  it.each<[string, string, Condition, string]>([
    ["send_campaign", "people", { starts_with: "5" }, "starts_with cannot be said of a whole number"],
    ["send_campaign", "local_time", { equals: "07:00" }, "equals cannot be said of a time of day"],
    ["send_campaign", "tainted", { in: [true] }, "in cannot be said of true or false"],
    ["send_campaign", "weekday", { starts_with: "s" }, "starts_with cannot be said of a day (mon, tue, wed, thu, fri, sat, sun)"],
    ["update_flow", "args.status", { at_most: 5 }, "at_most cannot be said of a text"],
    ["create_brand_button_beta", "args.text.letter_spacing", { equals: true }, "true is not a text or a whole number"],
    ["send_campaign", "people", { equals: null }, "is never null"],
    ["update_flow", "args.status", { in: ["live", null] }, "is never null"],
    ["send_campaign", "people", { in: [1, "2"] }, '"2" is not a whole number'],
    ["send_campaign", "tainted", { equals: 1 }, "1 is not true or false"],
    ["send_campaign", "agent", { equals: false }, "false is not a text"],
    ["send_campaign", "local_time", { between: [7, 8] }, "7 is not a time of day"],
    ["send_campaign", "weekday", { in: ["sat", "sunday"] }, 'never is "sunday"'],
    ["send_campaign", "door", { not_in: ["htpp"] }, 'never is "htpp"; did you mean "http"?'],
    ["update_flow", "flow_status", { equals: "Drafd" }, 'never is "drafd"; did you mean "draft"?'],
    ["create_list", "args.opt_in_process", { equals: "single_optin" }, 'never is "single_optin"; did you mean "single_opt_in"?'],
    ["send_campaign", "people", { at_least: 6, at_most: 5 }, "its bounds leave no number"],
    ["update_flow", "flow_status", { starts_with: "zz" }, "none of the values that there are fulfils it"],
    ["update_flow", "flow_status", { not_in: ["draft", "manual", "live"] }, "none of the values that there are fulfils it"],
    [
      "send_campaign",
      "weekday",
      { not_in: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] },
      "none of the values that there are fulfils it",
    ],
  ])("%s, %s %j: %s", (operations, path, condition, message) => {
    expect(told(operations, path, condition)).toEqual([message]);
  });
});

describe("a condition that fits", () => {
  it.each<[string, string, Condition]>([
    ["update_flow", "args.status", { equals: "live", at_most: undefined }],
    ["create_list", "args.opt_in_process", { starts_with: "single" }],
    // A word that one of the operations takes, for it takes every text.
    ["update_coupon_code update_flow", "args.status", { equals: "live" }],
    ["create_brand_button_beta", "args.text.letter_spacing", { in: ["normal", 2] }],
    ["create_campaign", "args.send_strategy.throttle_percentage", { equals: 10 }],
    ["bulk_subscribe_profiles", "args.historical_import", { equals: true }],
    ["update_profile", "args.email", { in: ["jo@example.com", null] }],
    // Free-form: every kind of value may stand there.
    ["update_profile", "args.properties.level", { equals: null }],
    ["update_profile", "args.properties.level", { in: [1, "two", false] }],
    ["send_campaign", "local_time", { between: ["21:00", "07:00"] }],
    ["create_tag send_campaign", "recipients", { at_most: 5 }],
  ])("%s, %s %j", (operations, path, condition) => {
    expect(told(operations, path, condition)).toEqual([]);
  });

  it("is compared in lower case where case means nothing, and as written elsewhere", () => {
    const where = {
      host: { in: ["CDN.example.com"], ends_with: ".COM" },
      campaign_status: { not_in: ["Sent"] },
      list: { equals: "Vip123" },
      "args.id": { equals: "AbC" },
    };
    expect(checkWhere(where, [find("send_campaign")])).toEqual({
      where: { ...where, host: { in: ["cdn.example.com"], ends_with: ".com" }, campaign_status: { not_in: ["sent"] } },
      violations: [],
    });
  });
});
