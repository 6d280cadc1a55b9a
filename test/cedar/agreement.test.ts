import { expect, it } from "vitest";
import { decide } from "../../src/policy/decide.ts";
import { compare } from "./agreement.ts";

/** `npm run cedar -- --pairs 1000000 --seed 1` does the same at length. */
it("an engine that knows nothing of ours decides 20,000 random policies and requests the same way", { timeout: 300_000 }, () => {
  const { pairs, disagreements, disagreed, verdicts } = compare(20_000, 1);
  expect(disagreements).toEqual([]);
  expect({ pairs, disagreed }).toEqual({ pairs: 20_000, disagreed: 0 });
  // Pairs that all end alike would compare nothing.
  for (const count of Object.values(verdicts)) expect(count).toBeGreaterThan(1000);
});

it.each([
  ["forgets that a condition cannot be evaluated", { facts: true }],
  ["forgets rules that deny", { denies: true }],
  ["forgets the list of hosts", { hosts: true }],
] as const)("and would notice one that %s", { timeout: 120_000 }, (_, forgets) => {
  const { disagreed } = compare(4000, 2, (policy, { operation, args, facts, isUnseen }) => {
    const rules = "denies" in forgets ? policy.rules.filter(({ effect }) => effect !== "deny") : policy.rules;
    const known = Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [name, typeof value === "object" && !Array.isArray(value) ? [] : value]),
    );
    const situation = { args, facts: "facts" in forgets ? { ...known, host: facts.host ?? [] } : facts };
    const egress = "hosts" in forgets ? { hosts: ["*.example.com", "example.com", "evil.example"] } : policy.egress;
    return decide({ ...policy, rules, egress }, operation, situation, isUnseen);
  });
  expect(disagreed).toBeGreaterThan(10);
});
