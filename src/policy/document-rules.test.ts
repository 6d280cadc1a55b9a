import { expect, it } from "vitest";
import { withRule } from "./document-rules.ts";
import type { Rule } from "./policy.ts";

const rule: Rule = { id: "always-tags", effect: "allow", actions: ["create_tag"], where: { agent: { equals: "claude" } } };
const written = `  - id: always-tags
    effect: allow
    actions:
      - create_tag
    where:
      agent:
        equals: claude
`;

it.each([
  ["no rules", "version: 1\npreset: read-only\n", `version: 1\npreset: read-only\nrules:\n${written}`],
  ["an empty list", "version: 1\nrules: []\npreset: read-only\n", `version: 1\nrules:\n${written}preset: read-only\n`],
  [
    "rules of one line each",
    "rules:\n  - { id: few, effect: deny, areas: [ tags ] }\npreset: read-only\n",
    `rules:\n  - { id: few, effect: deny, areas: [ tags ] }\n${written}preset: read-only\n`,
  ],
])("a rule is added to a document with %s, at the end of the list", (_, before, after) => {
  expect(withRule(before, rule)).toBe(after);
});

it("a list in one line stays in one line", () => {
  const after = withRule("version: 1\nrules: [ { id: few, effect: deny, areas: [ tags ] } ]\n", { id: "b", effect: "allow", risk: [1] });
  expect(after).toBe("version: 1\nrules: [ { id: few, effect: deny, areas: [ tags ] }, { id: b, effect: allow, risk: [ 1 ] } ]\n");
});

it("comments and long lines stay as the owner wrote them", () => {
  const before = `# ours\nversion: 1 # the only one\npreset: read-only\n\nrules:\n  # why we do this\n  - id: few\n    effect: deny\n    where: { agent: { in: [ ${"some-agent-of-ours, ".repeat(20)}the-last ] } }\n`;
  expect(withRule(before, rule)).toBe(before + written);
});

it.each(["preset: 'locked\n", "preset: locked\npreset: operator\n"])("nothing is added to %j, which is broken", (text) => {
  expect(() => withRule(text, rule)).toThrow(
    expect.objectContaining({
      code: "policy_invalid",
      message: "The policy cannot be used: is no YAML that can be added to.",
      violations: [{ path: "", message: "is no YAML that can be added to" }],
    }),
  );
});
