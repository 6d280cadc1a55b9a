import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import type { JsonObject } from "../lib/json.ts";
import type { Condition } from "./condition.ts";
import type { Facts } from "./facts.ts";
import { examine, missingFacts, selects } from "./match.ts";
import type { Rule, Verdict } from "./policy.ts";

const catalog = loadCatalog();

describe("the operations that a rule selects", () => {
  it.each<[Omit<Rule, "id" | "effect">, boolean]>([
    [{ actions: ["create_list", "create_tag"] }, true],
    [{ actions: ["create_list"] }, false],
    [{ areas: ["tags"] }, true],
    [{ areas: ["lists"] }, false],
    [{ kinds: ["create"] }, true],
    [{ kinds: ["delete"] }, false],
    [{ risk: [0, 1] }, true],
    [{ risk: [2] }, false],
    [{ actions: ["create_tag"], areas: ["tags"], kinds: ["create"], risk: [1] }, true],
    [{ actions: ["create_tag"], areas: ["tags"], kinds: ["create"], risk: [0] }, false],
    [{ actions: ["create_tag"], areas: ["lists"], kinds: ["create"], risk: [1] }, false],
  ])("by %j: create_tag %s", (selectors, isSelected) => {
    expect(selects({ id: "r", effect: "allow", ...selectors }, mustFind(catalog, "create_tag"))).toBe(isSelected);
  });
});

interface Call {
  operation: string;
  args?: JsonObject;
  facts?: Facts;
}

function examined(effect: Verdict, where: Record<string, Condition>, { operation, args = {}, facts = {} }: Call) {
  return examine({ id: "r", effect, actions: [operation], where }, mustFind(catalog, operation), { args, facts });
}

describe("what an owner is told of one condition", () => {
  it.each<[string, Record<string, Condition>, Call, object]>([
    ["the fact", { people: { at_most: 5 } }, { operation: "send_campaign", facts: { people: 5 } }, { truth: "holds", values: [5] }],
    [
      "each of several values",
      { list: { in: ["A"] } },
      { operation: "send_campaign", facts: { list: ["A", "B"] } },
      { truth: "fails", values: ["A", "B"] },
    ],
    [
      "the arguments, without those that were not given",
      { "args.profiles[].email": { ends_with: "@example.com" } },
      { operation: "bulk_suppress_profiles", args: { profiles: [{ email: "jo@example.com" }, {}] } },
      { truth: "fails", values: ["jo@example.com"] },
    ],
    [
      "no value of a fact that cannot be said of the operation, even where one is given",
      { flow_status: { equals: "live" } },
      { operation: "create_flow", facts: { flow_status: "live" } },
      { truth: "fails", values: [] },
    ],
    [
      "no value of an argument that the operation does not take",
      { "args.status": { equals: "live" } },
      { operation: "create_tag", args: { status: "live" } },
      { truth: "fails", values: [] },
    ],
    [
      "that a fact was not looked up",
      { people: { at_most: 5 } },
      { operation: "send_campaign" },
      { truth: "unknown", values: [], unknown: "it was not looked up" },
    ],
    [
      "why a fact could not be found out",
      { people: { at_most: 5 } },
      { operation: "send_campaign", facts: { people: { unknown: "it could not be looked up (timed_out)" } } },
      { truth: "unknown", values: [], unknown: "it could not be looked up (timed_out)" },
    ],
    [
      "that a value is of another kind",
      { "args.properties.level": { at_most: 5 } },
      { operation: "update_profile", args: { properties: { level: "5" } } },
      { truth: "unknown", values: ["5"], unknown: "it is not of the kind that the condition compares" },
    ],
    [
      "that an argument is no single value",
      { "args.properties.level": { equals: 5 } },
      { operation: "update_profile", args: { properties: { level: { of: 5 } } } },
      { truth: "unknown", values: [], unknown: "it holds more than one value" },
    ],
  ])("%s", (_, where, call, told) => {
    expect(examined("allow", where, call).findings).toStrictEqual([{ rule: "r", path: Object.keys(where)[0], ...told }]);
  });
});

describe("a rule", () => {
  const where: Record<string, Condition> = { people: { at_most: 5 }, local_time: { between: ["09:00", "17:00"] } };

  it.each<[Facts, string]>([
    [{ people: 5, local_time: "09:00" }, "holds"],
    [{ people: 5, local_time: "08:59" }, "fails"],
    [{ people: 5 }, "unknown"],
    [{ people: { unknown: "?" }, local_time: "08:59" }, "fails"],
  ])("whose conditions are looked at with %j %s", (facts, truth) => {
    expect(examined("allow", where, { operation: "send_campaign", facts }).truth).toBe(truth);
  });

  it("without conditions holds", () => {
    const rule: Rule = { id: "r", effect: "deny", actions: ["create_tag"] };
    expect(examine(rule, mustFind(catalog, "create_tag"), { args: {}, facts: {} })).toEqual({ truth: "holds", findings: [] });
  });

  it("takes a missing argument on the strict side of its effect", () => {
    const notGiven = { "args.opt_in_process": { not_in: ["double_opt_in"] } };
    const call = { operation: "create_list" };
    expect([examined("allow", notGiven, call).truth, examined("deny", notGiven, call).truth]).toEqual(["fails", "holds"]);
  });
});

describe("facts that are worth looking up", () => {
  const rule: Rule = {
    id: "r",
    effect: "deny",
    actions: ["send_campaign"],
    where: { people: { at_most: 5 }, weekday: { equals: "sat" }, "args.id": { equals: "C1" } },
  };

  it.each<[string, string, JsonObject, Facts, string[]]>([
    ["all that nothing is known of", "send_campaign", { id: "C1" }, {}, ["people", "weekday"]],
    ["not those that are known", "send_campaign", { id: "C1" }, { weekday: "sat" }, ["people"]],
    ["not those that were looked up in vain", "send_campaign", { id: "C1" }, { weekday: { unknown: "?" } }, ["people"]],
    ["none when one condition fails", "send_campaign", { id: "C1" }, { weekday: "sun" }, []],
    ["none when an argument settles it", "send_campaign", { id: "C2" }, {}, []],
    ["none when all are known", "send_campaign", { id: "C1" }, { people: 1, weekday: "sat" }, []],
    ["none for an operation that the rule does not select", "cancel_campaign_send", { id: "C1" }, {}, []],
  ])("%s", (_, operation, args, facts, names) => {
    expect(missingFacts(rule, mustFind(catalog, operation), { args, facts })).toEqual(names);
  });
});
