import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawFrom, randomPolicy, randomRequest } from "../../test/cedar/random.ts";
import { parse } from "yaml";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { isWrite } from "../catalog/operation.ts";
import { decide } from "./decide.ts";
import { diffPolicies } from "./diff.ts";
import { outlook } from "./outlook.ts";
import { parsePolicy, policyOf } from "./parse.ts";
import { VERDICTS, type Policy, type Preset, type Rule } from "./policy.ts";
import { suggestPolicy, type Usage } from "./suggest.ts";

const catalog = loadCatalog();
const usual = (policy: Policy, id: string) => outlook(policy, mustFind(catalog, id)).usual;
const use = (operation: string, allowed: number, approved = 0, refused = 0): Usage => ({ operation, allowed, approved, refused });

describe("the least that was needed", () => {
  const usage = [
    use("get_profiles", 9),
    use("create_tag", 3),
    use("send_campaign", 0, 9),
    use("create_list", 0, 5),
    use("update_profile", 0, 6, 1),
    use("merge_profiles", 0, 7),
  ];

  it("allows what was used, asks the rest, and is no looser anywhere", () => {
    const before = policyOf("operator");
    const { document, tighten } = suggestPolicy(before, catalog, usage);
    const after = parsePolicy(document, catalog);
    expect(after.preset).toBe("read-only");
    expect([usual(after, "create_tag"), usual(after, "update_tag"), usual(after, "send_campaign"), usual(after, "merge_profiles")]).toEqual(
      ["allow", "ask", "ask", "ask"],
    );
    expect(tighten).not.toContain("create_tag");
    expect(tighten).toContain("update_tag");
    const unseen = { before: new Set<string>(), after: new Set<string>() };
    expect(diffPolicies(catalog, before, after, unseen).loosens).toBe(false);
  });

  it("widens only what was always approved, and never to risk 4 or 5", () => {
    const { widen, wider } = suggestPolicy(policyOf("read-only"), catalog, usage);
    expect(widen).toEqual(["create_list"]);
    const after = parsePolicy(wider, catalog);
    expect([usual(after, "create_list"), usual(after, "send_campaign")]).toEqual(["allow", "ask"]);
    const everything = catalog.operations.filter(isWrite).map(({ id }) => use(id, 0, 100));
    for (const id of suggestPolicy(policyOf("read-only"), catalog, everything).widen)
      expect(mustFind(catalog, id).effect.risk).toBeLessThan(4);
  });

  it("keeps conditions, denials and every other part", () => {
    const text = `version: 1
preset: assistant
rules:
  - {id: few, effect: allow, actions: ['lists.*'], where: {people: {at_most: 5}}}
  - {id: never, effect: deny, actions: [delete_list]}
caps: {sends: {per_day: 1}}
egress: {hosts: [cdn.example.com]}
`;
    const { document } = suggestPolicy(parsePolicy(text, catalog), catalog, [use("add_profiles_to_list", 2)]);
    const after = parsePolicy(document, catalog);
    expect(after.rules).toEqual([
      { id: "few", effect: "allow", actions: ["add_profiles_to_list"], where: { people: { at_most: 5 } } },
      { id: "never", effect: "deny", actions: ["delete_list"] },
    ]);
    expect(after).toMatchObject({ caps: { sends: { per_day: 1 } }, egress: { hosts: ["cdn.example.com"] } });
  });

  it("names the scopes of what was used and no more", () => {
    expect(suggestPolicy(policyOf("read-only"), catalog, usage.slice(0, 2)).scopes).toEqual([
      "accounts:read",
      "profiles:read",
      "tags:read",
      "tags:write",
    ]);
    expect(suggestPolicy(policyOf("locked"), catalog, []).document).toContain("preset: locked");
  });
});

describe("what is suggested", () => {
  const rule = (id: string, effect: Rule["effect"], actions: string[]): Rule => ({ id, effect, actions });
  const suggest = (preset: Preset, rules: Rule[], ...usage: Usage[]) => suggestPolicy(policyOf(preset, rules), catalog, usage);
  const rulesOf = (document: string): Rule[] => parsePolicy(document, catalog).rules;

  it.each<[string, Preset, Rule[], Usage[], Rule[]]>([
    [
      "what the wider preset allowed, and what it asked where the narrower one denies",
      "operator",
      [],
      [use("create_tag", 1), use("send_campaign", 0, 1), use("merge_profiles", 0, 1)],
      [rule("in-use", "allow", ["create_tag"]), rule("asked-in-use", "ask", ["merge_profiles"])],
    ],
    [
      "beside rules with conditions, which go on to ask and deny under them",
      "operator",
      [
        { ...rule("night", "ask", ["create_tag"]), where: { local_time: { between: ["21:00", "07:00"] } } },
        { ...rule("sunday", "deny", ["merge_profiles"]), where: { weekday: { in: ["sun"] } } },
      ],
      [use("create_tag", 9), use("merge_profiles", 0, 3)],
      [
        { ...rule("night", "ask", ["create_tag"]), where: { local_time: { between: ["21:00", "07:00"] } } },
        { ...rule("sunday", "deny", ["merge_profiles"]), where: { weekday: { in: ["sun"] } } },
        rule("in-use", "allow", ["create_tag"]),
        rule("asked-in-use", "ask", ["merge_profiles"]),
      ],
    ],
    [
      "no second time what a rule allows",
      "operator",
      [rule("tags", "allow", ["create_tag", "update_tag"])],
      [use("create_tag", 1)],
      [rule("tags", "allow", ["create_tag"])],
    ],
    [
      "no rule that allows what nobody used",
      "read-only",
      [rule("tags", "allow", ["create_tag"]), rule("lists", "allow", ["create_list"])],
      [use("create_list", 1), use("create_tag", 0, 0, 1)],
      [rule("lists", "allow", ["create_list"])],
    ],
    [
      "no reads, which need no rule",
      "read-only",
      [rule("tags", "allow", ["get_tags", "create_tag"])],
      [use("get_tags", 9), use("create_tag", 1)],
      [rule("tags", "allow", ["create_tag"])],
    ],
    [
      "an id that is free",
      "operator",
      [rule("in-use", "deny", ["delete_list"]), rule("in-use-2", "deny", ["delete_tag"])],
      [use("create_tag", 1)],
      [rule("in-use", "deny", ["delete_list"]), rule("in-use-2", "deny", ["delete_tag"]), rule("in-use-3", "allow", ["create_tag"])],
    ],
  ])("%s", (_, preset, rules, usage, suggested) => {
    expect(rulesOf(suggest(preset, rules, ...usage).document)).toEqual(suggested);
  });

  it.each<[string, Preset, Rule[], Usage, string[]]>([
    ["five yeses", "read-only", [], use("add_profiles_to_list", 0, 5), ["add_profiles_to_list"]],
    ["four yeses", "read-only", [], use("add_profiles_to_list", 0, 4), []],
    ["a no among them", "read-only", [], use("add_profiles_to_list", 0, 9, 1), []],
    ["what is allowed by now", "assistant", [], use("create_tag", 0, 5), []],
    ["what is denied by now", "read-only", [rule("never", "deny", ["create_tag"])], use("create_tag", 0, 5), []],
    ["risk 4", "read-only", [], use("send_campaign", 0, 5), []],
  ])("allows without asking after %s", (_, preset, rules, usage, widened) => {
    const { widen, document, wider } = suggest(preset, rules, usage);
    expect(widen).toEqual(widened);
    const further = widened.length > 0 ? [rule("always-approved", "allow", widened)] : [];
    expect(rulesOf(wider)).toEqual([...rulesOf(document), ...further]);
  });

  it("counts as unused what can be called, changes something, and never ran", () => {
    const { tighten } = suggest("assistant", [rule("never", "deny", ["create_list"])], use("create_tag", 1), use("update_tag", 0, 1));
    expect(tighten).toContain("tag_lists");
    for (const id of ["create_list", "create_tag", "update_tag", "get_tags", "send_campaign"]) expect(tighten).not.toContain(id);
  });

  it("never decides a call more laxly than the policy that it narrows, and goes on to allow what was used", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const draw = drawFrom(seed);
        const [policy, { operation, args, facts }] = [randomPolicy(draw), randomRequest(draw)];
        const usage = draw(2) === 0 ? [] : [use(operation.id, 1)];
        const { document } = suggestPolicy(policy, { ...catalog, operations: [operation] }, usage);
        const after = parse(document) as Policy;
        const [was, is] = [policy, after].map((one) => decide(one, operation, { args, facts }));
        if (!was || !is || was.findings.some(({ truth }) => truth === "unknown")) return;
        expect(VERDICTS.indexOf(is.verdict)).toBeGreaterThanOrEqual(VERDICTS.indexOf(was.verdict));
        if (usage.length > 0) expect(is.verdict).toBe(was.verdict);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps every other part, so that nothing falls back to what holds where nothing is said", () => {
    const policy: Policy = {
      ...policyOf("operator"),
      privacy: { email: "hide", phone_number: "hide", names: "token", free_text: "mark" },
      egress: { hosts: ["cdn.example.com"] },
      hold: { sends_seconds: 600 },
      elicitation: { risk_at_most: 1 },
      taint: { minutes: 600 },
      good_for: { hours: 12 },
    };
    const { rules, preset, ...kept } = parsePolicy(suggestPolicy(policy, catalog, []).document, catalog);
    expect(policy).toMatchObject(kept);
    expect([preset, rules]).toEqual(["read-only", []]);
  });

  it("can be read again, though rules share a condition, and says nothing of caps where there are none", () => {
    const where = { people: { at_most: 5 } };
    const rules = [
      { ...rule("few", "ask", ["add_profiles_to_list"]), where },
      { ...rule("gone", "deny", ["delete_list"]), where },
    ];
    const { document } = suggest("read-only", rules);
    expect(rulesOf(document)).toEqual(rules);
    expect(document).not.toContain("caps");
  });
});
