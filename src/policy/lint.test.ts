import { describe, expect, it } from "vitest";
import { loadCatalog } from "../catalog/catalog.ts";
import { lintPolicy } from "./lint.ts";
import { policyOf } from "./parse.ts";
import type { Preset, Rule } from "./policy.ts";

const catalog = loadCatalog();
const SUNDAY = { weekday: { in: ["sun"] } };
const rule = (id: string, effect: Rule["effect"], selectors: Partial<Rule>): Rule => ({ id, effect, ...selectors });
const tag = (id: string, effect: Rule["effect"], where?: Rule["where"]): Rule =>
  rule(id, effect, { actions: ["create_tag"], ...(where && { where }) });
const merge = (effect: Rule["effect"]): Rule => rule("m", effect, { actions: ["merge_profiles"] });
const found = (preset: Preset, rules: Rule[]) => lintPolicy(policyOf(preset, rules), catalog);

describe("rules that never decide", () => {
  it.each<[string, Preset, Rule[], string[]]>([
    ["one that decides", "read-only", [tag("a", "allow")], []],
    ["one that selects nothing, which the parser refuses", "read-only", [rule("a", "allow", { areas: ["tags"], kinds: ["merge"] })], []],
    ["an allowing one under one that denies", "read-only", [tag("a", "allow"), rule("d", "deny", { areas: ["tags"] })], ["a shadowed"]],
    [
      "one that is covered in part only",
      "read-only",
      [rule("a", "allow", { actions: ["create_tag", "create_list"] }), rule("d", "deny", { areas: ["tags"] })],
      [],
    ],
    ["one under conditions", "read-only", [tag("a", "allow"), rule("d", "deny", { areas: ["tags"], where: SUNDAY })], []],
    ["the same twice", "read-only", [tag("a", "allow"), tag("b", "allow")], ["b redundant"]],
    ["conditions on what is denied before it", "read-only", [tag("d", "deny"), tag("n", "deny", SUNDAY)], ["n redundant"]],
    ["conditions on what is denied after it", "read-only", [tag("n", "deny", SUNDAY), tag("d", "deny")], ["n redundant"]],
    ["what the preset says too", "assistant", [tag("a", "allow")], ["a redundant"]],
    ["what the preset says too, beside a laxer rule", "read-only", [tag("a", "ask", SUNDAY), tag("b", "allow")], []],
    ["what the preset says too, beside a stricter rule", "read-only", [tag("a", "ask"), tag("d", "deny", SUNDAY)], ["a redundant"]],
    ["what the preset says too, beside itself", "read-only", [tag("a", "ask"), tag("b", "ask", SUNDAY)], ["a redundant", "b redundant"]],
    ["an allowing one for risk 5, which is asked", "operator", [merge("allow")], ["m redundant"]],
    ["an allowing one for risk 5 that the preset denies", "read-only", [merge("allow")], []],
    ["a denying one for risk 5 that the preset asks", "operator", [merge("deny")], []],
    ["a write that a locked policy denies anyway", "locked", [tag("d", "deny")], ["d redundant"]],
    ["a read that a locked policy allows", "locked", [rule("d", "deny", { actions: ["get_tags"] })], []],
    ["a read that every preset allows", "locked", [rule("a", "allow", { actions: ["get_tags"] })], ["a redundant"]],
    ["asking for an area whose writes the preset asks anyway", "read-only", [rule("a", "ask", { areas: ["tags"] })], ["a redundant"]],
    ["asking for reads alone", "read-only", [rule("a", "ask", { areas: ["tags"], risk: [0] })], ["a shadowed"]],
    ["a read that is denied", "read-only", [rule("d", "deny", { actions: ["get_tags"] })], []],
  ])("%s", (_, preset, rules, told) => {
    expect(found(preset, rules).map(({ rule: id, kind }) => `${id} ${kind}`)).toEqual(told);
  });

  it.each<[string, Preset, Rule[]]>([
    ['The rule "a" changes nothing: all that it selects is decided the same without it.', "assistant", [tag("a", "allow")]],
    ['The rule "a" never decides: the rule "d" is stricter and has no condition.', "read-only", [tag("a", "allow"), tag("d", "deny")]],
    ['The rule "a" never decides: the preset "locked" denies every write.', "locked", [tag("a", "allow")]],
    ['The rule "a" never decides: reads are not asked.', "read-only", [rule("a", "ask", { actions: ["get_tags"] })]],
  ])("%s", (message, preset, rules) => {
    expect(found(preset, rules).filter(({ rule: id }) => id === "a")).toEqual([expect.objectContaining({ rule: "a", message })]);
  });
});
