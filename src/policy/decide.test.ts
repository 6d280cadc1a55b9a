import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawFrom, randomPolicy, randomRequest } from "../../test/cedar/random.ts";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { decide, wantedFacts } from "./decide.ts";
import type { Facts } from "./facts.ts";
import { parsePolicy, policyOf } from "./parse.ts";
import { VERDICTS, type Policy, type Rule, type Verdict } from "./policy.ts";

const catalog = loadCatalog();
const strictness = (verdict: Verdict): number => VERDICTS.indexOf(verdict);

/** A random policy and request, and how to draw further from the same seed. */
const pairs = fc.integer({ min: 0, max: 2 ** 31 }).map((seed) => {
  const draw = drawFrom(seed);
  return { policy: randomPolicy(draw), request: randomRequest(draw), draw };
});
const verdictOf = (policy: Policy, { operation, args, facts, isUnseen }: ReturnType<typeof randomRequest>): Verdict =>
  decide(policy, operation, { args, facts }, isUnseen).verdict;

describe("for every policy and call", () => {
  it("the order of rules never matters", () => {
    fc.assert(
      fc.property(pairs, ({ policy, request, draw }) => {
        const shuffled = policy.rules.map((rule) => ({ rule, at: draw(1000) })).toSorted((a, b) => a.at - b.at);
        expect(verdictOf({ ...policy, rules: shuffled.map(({ rule }) => rule) }, request)).toBe(verdictOf(policy, request));
      }),
      { numRuns: 2000 },
    );
  });

  it("a further rule that denies never loosens, and one that asks never makes a denied call better than asked", () => {
    fc.assert(
      fc.property(pairs, ({ policy, request, draw }) => {
        const [rule] = [...randomPolicy(draw).rules, { id: "none", effect: "deny", risk: [5] } satisfies Rule];
        const before = strictness(verdictOf(policy, request));
        const withDeny = verdictOf({ ...policy, rules: [...policy.rules, { ...rule, id: "further", effect: "deny" }] }, request);
        expect(strictness(withDeny)).toBeGreaterThanOrEqual(before);
        const withAsk = verdictOf({ ...policy, rules: [...policy.rules, { ...rule, id: "further", effect: "ask" }] }, request);
        expect(withAsk === "allow" && before > 0).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it("a rule that denies and holds decides, and a fact less never loosens", () => {
    fc.assert(
      fc.property(pairs, ({ policy, request, draw }) => {
        const verdict = verdictOf(policy, request);
        const isDenied = policy.rules.some(
          (rule) => rule.effect === "deny" && verdictOf({ ...policyOf("operator", [rule]) }, { ...request, isUnseen: false }) === "deny",
        );
        if (isDenied) expect(verdict).toBe("deny");
        const names = Object.keys(request.facts);
        const { [names[draw(names.length)] as keyof Facts]: _, ...facts } = request.facts;
        expect(strictness(verdictOf(policy, { ...request, facts }))).toBeGreaterThanOrEqual(strictness(verdict));
      }),
      { numRuns: 2000 },
    );
  });

  it("the guards hold: locked writes, unseen writes, risk 5, hosts that are not listed", () => {
    fc.assert(
      fc.property(pairs, ({ policy, request }) => {
        const { risk } = request.operation.effect;
        if (risk === 0) return;
        expect(verdictOf({ ...policy, preset: "locked" }, request)).toBe("deny");
        expect(verdictOf(policy, { ...request, isUnseen: true })).toBe("deny");
        if (risk === 5) expect(verdictOf(policy, request)).not.toBe("allow");
        for (const host of [["nobody.example"], undefined, { unknown: "x" }])
          expect(verdictOf(policy, { ...request, facts: { ...request.facts, ...(host ? { host } : { host: { unknown: "" } }) } })).not.toBe(
            "allow",
          );
      }),
      { numRuns: 1000 },
    );
  });

  it("facts that are not wanted make no difference", () => {
    fc.assert(
      fc.property(pairs, ({ policy, request }) => {
        const { operation, args, facts, isUnseen } = request;
        const bare: Facts = { risk: operation.effect.risk, ...(facts.host !== undefined && { host: facts.host }) };
        const wanted = wantedFacts(policy, operation, { args, facts: bare });
        const given = Object.fromEntries(Object.entries(facts).filter(([name]) => name in bare || wanted.includes(name as keyof Facts)));
        expect(decide(policy, operation, { args, facts: given }, isUnseen).verdict).toBe(verdictOf(policy, request));
      }),
      { numRuns: 3000 },
    );
  });
});

describe("conditions", () => {
  const text = `version: 1
preset: read-only
rules:
  - id: small-list-edits
    actions: [add_profiles_to_list, remove_profiles_from_list]
    where: { list: { in: [Vip123] }, people: { at_most: 50 } }
    effect: allow
  - id: no-night-sends
    actions: [send_campaign]
    where: { local_time: { between: ["21:00", "07:00"] } }
    effect: deny
`;
  const policy = parsePolicy(text, catalog);
  const said = (id: string, facts: Facts, args = {}) => decide(policy, mustFind(catalog, id), { args, facts: { host: [], ...facts } });

  it.each([
    [{ list: ["Vip123"], people: 50 }, "allow"],
    [{ list: ["Vip123"], people: 51 }, "ask"],
    [{ list: ["Other1"], people: 1 }, "ask"],
    [{ list: ["Vip123", "Other1"], people: 1 }, "ask"],
    [{ list: [], people: 1 }, "ask"],
    [{ list: ["Vip123"] }, "deny"],
    [{ list: ["Vip123"], people: { unknown: "it could not be looked up (timed_out)" } }, "deny"],
    [{ people: 51 }, "ask"],
    [{ list: ["Vip123"], people: "50" }, "deny"],
    [{ list: ["Vip123"], people: 50.000001 }, "deny"],
    [{ list: ["Vip123"], people: Number.NaN }, "deny"],
  ] as const)("an edit of a list with %o is %s", (facts, verdict) => {
    expect(said("add_profiles_to_list", facts as Facts).verdict).toBe(verdict);
  });

  it.each([
    ["20:59", "ask"],
    ["21:00", "deny"],
    ["23:59", "deny"],
    ["00:00", "deny"],
    ["06:59", "deny"],
    ["07:00", "ask"],
  ])("a send at %s is %s", (local_time, verdict) => {
    expect(said("send_campaign", { local_time }).verdict).toBe(verdict);
  });

  it("say which of them could not be evaluated, and why", () => {
    const { because, findings, rules } = said("send_campaign", { local_time: { unknown: "it could not be looked up (timed_out)" } });
    expect(because).toBe(
      'Whether the rule "no-night-sends" holds cannot be told (local_time: it could not be looked up (timed_out)), so it counts as deny.',
    );
    expect(rules).toEqual(["no-night-sends"]);
    expect(findings).toMatchObject([{ rule: "no-night-sends", path: "local_time", truth: "unknown", values: [] }]);
  });

  it("on several values: to allow, all must fulfil them; to deny, one is enough", () => {
    const rule = { id: "r", actions: ["update_segment"], where: { segment: { in: ["A", "B"] } } };
    const verdict = (effect: Verdict, segment: string[]) =>
      decide(policyOf("read-only", [{ ...rule, effect }]), mustFind(catalog, "update_segment"), { args: {}, facts: { host: [], segment } })
        .verdict;
    expect([verdict("allow", ["A", "B"]), verdict("allow", ["A", "C"]), verdict("allow", [])]).toEqual(["allow", "ask", "ask"]);
    expect([verdict("deny", ["A", "B"]), verdict("deny", ["A", "C"]), verdict("deny", ["C"]), verdict("deny", [])]).toEqual([
      "deny",
      "deny",
      "ask",
      "ask",
    ]);
  });

  it("on arguments: what is not given is in no list, which is enough to deny by and not to allow by", () => {
    const verdict = (effect: Verdict, where: Rule["where"], args: object) => {
      const rules: Rule[] = [{ id: "r", effect, actions: ["create_list"], ...(where && { where }) }];
      return decide(policyOf("read-only", rules), mustFind(catalog, "create_list"), { args: { ...args }, facts: { host: [] } }).verdict;
    };
    const path = "args.opt_in_process";
    expect(verdict("deny", { [path]: { not_in: ["double_opt_in"] } }, {})).toBe("deny");
    expect(verdict("allow", { [path]: { not_in: ["single_opt_in"] } }, {})).toBe("ask");
    expect(verdict("deny", { [path]: { in: ["single_opt_in"] } }, {})).toBe("ask");
    expect(verdict("allow", { [path]: { in: ["double_opt_in"] } }, { opt_in_process: "double_opt_in" })).toBe("allow");
    // An argument that the operation does not have at all says nothing.
    expect(verdict("deny", { "args.status": { not_in: ["draft"] } }, {})).toBe("ask");
  });
});

describe("addresses", () => {
  const said = (hosts: string[], listed: string[]) =>
    decide({ ...policyOf("operator"), egress: { hosts: listed } }, mustFind(catalog, "update_profile"), {
      args: {},
      facts: { host: hosts },
    });

  it("on hosts that are not listed are asked, whatever allows the call", () => {
    expect(said([], []).verdict).toBe("allow");
    expect(said(["cdn.example.com"], ["cdn.example.com"]).verdict).toBe("allow");
    expect(said(["cdn.example.com", "evil.example"], ["cdn.example.com"])).toMatchObject({ verdict: "ask", basis: "floor" });
    expect(said(["a.example.com"], ["*.example.com"]).verdict).toBe("allow");
    expect(said(["example.com"], ["*.example.com"]).verdict).toBe("ask");
    expect(said(["evilexample.com"], ["*.example.com"]).verdict).toBe("ask");
  });
});
