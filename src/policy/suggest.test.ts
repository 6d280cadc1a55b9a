import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { isWrite } from "../catalog/operation.ts";
import { parseCases } from "./cases.ts";
import { diffPolicies } from "./diff.ts";
import { outlook } from "./outlook.ts";
import { parsePolicy, policyOf } from "./parse.ts";
import type { Policy } from "./policy.ts";
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

describe("cases", () => {
  it("are read, with what they leave out", () => {
    expect(parseCases("- {action: send_campaign, facts: {people: 5, list: [a]}, expect: ask}\n")).toEqual([
      { action: "send_campaign", args: {}, facts: { people: 5, list: ["a"] }, expect: "ask" },
    ]);
  });

  it.each([
    "",
    "[]",
    "- {action: x}\n",
    "- {action: x, expect: maybe}\n",
    "- {action: x, expect: ask, facts: {peple: 1}}\n",
    "- {action: x, expct: ask}\n",
    "a: &a [*a]\n",
  ])("%j is refused", (text) => {
    expect(() => parseCases(text)).toThrow("cannot be used");
  });
});
