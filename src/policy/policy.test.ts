import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import type { Risk } from "../catalog/operation.ts";
import { HalyardError } from "../lib/errors.ts";
import { decide } from "./decide.ts";
import type { Situation } from "./match.ts";
import { parsePolicy, policyOf } from "./parse.ts";
import { PRESETS, VERDICTS, type Policy, type Rule } from "./policy.ts";

const catalog = loadCatalog();
/** A call of which nothing but its operation matters. */
const BARE: Situation = { args: {}, facts: { host: [] } };

function verdict(policy: Partial<Policy>, operationId: string): string {
  return decide({ ...policyOf("read-only"), ...policy }, mustFind(catalog, operationId), BARE).verdict;
}

describe("presets", () => {
  it.each([
    ["get_profiles", "allow", "allow", "allow", "allow"],
    ["query_campaign_values", "allow", "allow", "allow", "allow"],
    ["refresh_campaign_recipient_estimation", "deny", "ask", "allow", "allow"],
    ["create_tag", "deny", "ask", "allow", "allow"],
    ["update_profile", "deny", "ask", "ask", "allow"],
    ["add_profiles_to_list", "deny", "ask", "ask", "ask"],
    ["send_campaign", "deny", "ask", "ask", "ask"],
    ["merge_profiles", "deny", "deny", "ask", "ask"],
  ])("%s: locked %s, read-only %s, assistant %s, operator %s", (operationId, ...verdicts) => {
    expect(PRESETS.map((preset) => verdict({ preset }, operationId))).toEqual(verdicts);
  });
});

describe("rules", () => {
  const allow: Rule = { id: "tags", effect: "allow", actions: ["create_tag"] };
  const deny: Rule = { id: "no-tags", effect: "deny", areas: ["tags"] };

  it("widen and narrow the preset where they match", () => {
    expect(verdict({ rules: [allow] }, "create_tag")).toBe("allow");
    expect(verdict({ rules: [allow] }, "create_list")).toBe("ask");
    expect(verdict({ preset: "operator", rules: [deny] }, "create_tag")).toBe("deny");
  });

  it("say which of them decided", () => {
    const decision = decide(policyOf("read-only", [allow, deny]), mustFind(catalog, "create_tag"), BARE);
    expect(decision).toMatchObject({ verdict: "deny", because: 'The rule "no-tags" says deny.', rules: ["tags", "no-tags"] });
  });

  it("never make a locked connection write, nor risk 5 silent", () => {
    const everything: Rule = { id: "all", effect: "allow", risk: [0, 1, 2, 3, 4, 5] };
    for (const operation of catalog.operations) {
      if (operation.effect.risk > 0) expect(decide(policyOf("locked", [everything]), operation, BARE).verdict).toBe("deny");
      if (operation.effect.risk === 5) expect(decide(policyOf("operator", [everything]), operation, BARE).verdict).toBe("ask");
    }
  });

  it("that ask speak of writes only", () => {
    expect(verdict({ rules: [{ id: "a", effect: "ask", areas: ["profiles"] }] }, "get_profiles")).toBe("allow");
    expect(verdict({ rules: [{ id: "a", effect: "deny", areas: ["profiles"] }] }, "get_profiles")).toBe("deny");
  });

  it("give the same verdict in every order, the strictest of those that match", () => {
    const operations = fc.constantFrom(...catalog.operations);
    const rule = fc.record({
      effect: fc.constantFrom(...VERDICTS),
      risk: fc.uniqueArray(fc.constantFrom<Risk>(0, 1, 2, 3, 4, 5), { minLength: 1 }),
    });
    fc.assert(
      fc.property(
        operations,
        fc.constantFrom(...PRESETS),
        fc.array(rule, { maxLength: 5 }),
        fc.infiniteStream(fc.nat()),
        (operation, preset, rules, order) => {
          const numbered = rules.map((one, at): Rule => ({ ...one, id: `r${at}` }));
          const shuffled = numbered
            .map((one) => ({ one, at: order.next().value as number }))
            .toSorted((a, b) => a.at - b.at)
            .map(({ one }) => one);
          expect(decide(policyOf(preset, shuffled), operation, BARE).verdict).toBe(
            decide(policyOf(preset, numbered), operation, BARE).verdict,
          );
        },
      ),
    );
  });
});

describe("the document", () => {
  function problems(text: string): string[] {
    try {
      parsePolicy(text, catalog);
      return [];
    } catch (thrown) {
      if (!(thrown instanceof HalyardError)) throw thrown;
      expect(thrown.code).toBe("policy_invalid");
      return thrown.violations.map(({ path, message }) => `${path} ${message}`);
    }
  }

  it("takes names, areas, kinds and risks, and resolves names to operations", () => {
    const text =
      "version: 1\npreset: assistant\nrules:\n  - id: a\n    effect: allow\n    actions: [Add Profile to List, tag_lists]\n  - {id: b, effect: deny, kinds: [delete], risk: [4]}\n  - {id: c, effect: ask, actions: ['campaigns.*']}\n";
    const policy = parsePolicy(text, catalog);
    expect(policy.rules[0]?.actions).toEqual(["add_profiles_to_list", "tag_lists"]);
    expect(policy.rules[2]?.actions).toContain("send_campaign");
  });

  it.each([
    ["version: 1\npresett: locked\n", 'presett is not a known field; did you mean "preset"?'],
    ["version: 2\npreset: locked\n", "/version"],
    ["version: 1\npreset: readonly\n", "/preset"],
    ["", "is empty"],
    ["version: 1\npreset: locked\nrules:\n  - id: a\n    effect: allow\n", "needs a selector"],
    [
      "version: 1\npreset: locked\nrules:\n  - {id: a, effect: allow, actions: [create_lst]}\n",
      'has no action "create_lst"; did you mean "create_list"?',
    ],
    ["version: 1\npreset: locked\nrules:\n  - {id: a, effect: allow, actions: []}\n", "/rules/0/actions"],
    ["version: 1\npreset: locked\nrules:\n  - {id: a, effect: allow, areas: [list]}\n", 'has no area "list"'],
    [
      "version: 1\npreset: locked\nrules:\n  - {id: a, effect: allow, areas: [lists], where: {x: {in: [1]}}}\n",
      "/rules/0/where/x is not a fact",
    ],
    ["version: 1\npreset: locked\nrules:\n  - {id: a, effect: allow, areas: [lists], kinds: [merge]}\n", "matches no operation"],
    [
      "version: 1\npreset: locked\nrules:\n  - {id: a, effect: allow, areas: [lists]}\n  - {id: a, effect: deny, areas: [tags]}\n",
      "is the id of an earlier rule",
    ],
    ["version: 1\npreset: locked\nrules:\n  - {id: a, effect: ask, actions: [get_profiles]}\n", "asks before reads alone"],
    ["version: 1\npreset: &p locked\nrules: [*p]\n", "uses YAML aliases"],
    ["version: 1\nversion: 1\npreset: locked\n", "line 2 Map keys must be unique"],
    ["version: 1\npreset: 'locked\n", "line"],
    ["version: 1\npreset: locked", "cut off"],
  ])("refuses %j", (text, problem) => {
    expect(problems(text).join("\n")).toContain(problem);
  });
});
