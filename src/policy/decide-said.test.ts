import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { overCap, type Uses } from "./caps.ts";
import { decide, wantedFacts } from "./decide.ts";
import type { Facts } from "./facts.ts";
import { policyOf } from "./parse.ts";
import type { Rule } from "./policy.ts";

/** What stands beside a verdict: why, by which rules, on what basis; and which facts it waits for. */
const catalog = loadCatalog();
const PRESET = 'The preset "operator" says';
const rule = (part: Partial<Rule>): Rule => ({ id: "r", effect: "allow", ...part });
const said = (rules: Rule[], id: string, facts: Facts = {}, isUnseen = false) =>
  decide(policyOf("operator", rules), mustFind(catalog, id), { args: {}, facts: { host: [], ...facts } }, isUnseen);

describe("a decision", () => {
  it("by the preset names preset and risk, and no rule", () => {
    const because = `${PRESET} allow to risk 1 (trivial and reversible).`;
    expect(said([], "create_tag")).toEqual({ verdict: "allow", because, rules: [], findings: [], basis: "preset" });
    const locked = decide(policyOf("locked", [rule({})]), mustFind(catalog, "create_tag"), { args: {}, facts: {} });
    expect(locked).toEqual({
      verdict: "deny",
      because: 'The preset "locked" says deny to risk 1 (trivial and reversible).',
      rules: [],
      findings: [],
      basis: "preset",
    });
  });

  it("about what the owner has not seen is a floor, whatever the rules say; reads are no part of it", () => {
    expect(said([rule({ actions: ["create_tag"] })], "create_tag", {}, true)).toEqual({
      verdict: "deny",
      because:
        "The operation is new in the catalog, or of another class than before, and the owner has not taken it in (halyard policy accept).",
      rules: [],
      findings: [],
      basis: "floor",
    });
    expect(said([], "get_tags", {}, true)).toMatchObject({ verdict: "allow", basis: "preset" });
  });

  it("by rules names those that hold, one or several, and lists all that matched", () => {
    const one = rule({ id: "one", effect: "ask", actions: ["create_tag"] });
    const two = rule({ id: "two", effect: "ask", risk: [1] });
    const mild = rule({ id: "mild", risk: [1] });
    expect(said([one, mild], "create_tag")).toMatchObject({ because: 'The rule "one" says ask.', rules: ["one", "mild"], basis: "rules" });
    expect(said([one, two], "create_tag").because).toBe('The rules "one", "two" say ask.');
  });

  it("says of each rule that cannot be evaluated which of its conditions could not, beside the rules that hold", () => {
    const where = { people: { at_most: 5 }, list: { in: ["Vip123"] } };
    const unclear = rule({ id: "few", actions: ["add_profiles_to_list"], where });
    const other = rule({ id: "small", actions: ["add_profiles_to_list"], where: { list_size: { at_most: 9 }, list: { in: ["Vip123"] } } });
    const no = rule({ id: "no", effect: "deny", actions: ["add_profiles_to_list"] });
    const facts = { people: { unknown: "timed out" }, list: ["Vip123"], list_size: { unknown: "not told" } };
    const why = (id: string, cause: string): string => `Whether the rule "${id}" holds cannot be told (${cause}), so it counts as deny.`;
    expect(said([no, unclear, other], "add_profiles_to_list", facts)).toMatchObject({
      verdict: "deny",
      because: `The rule "no" says deny. ${why("few", "people: timed out")} ${why("small", "list_size: not told")}`,
      rules: ["no", "few", "small"],
    });
    const both = { people: { unknown: "timed out" }, list: { unknown: "gone" } };
    expect(said([unclear], "add_profiles_to_list", both).because).toBe(why("few", "people: timed out; list: gone"));
  });

  it("tells the findings of rules that did not match as well", () => {
    const small = rule({ id: "small", actions: ["add_profiles_to_list"], where: { people: { at_most: 5 } } });
    const { basis, findings } = said([small], "add_profiles_to_list", { people: 9 });
    expect(basis).toBe("preset");
    expect(findings).toEqual([{ rule: "small", path: "people", truth: "fails", values: [9] }]);
  });

  it.each<[string, string, Facts, string]>([
    ["risk 5", "merge_profiles", {}, "Risk 5 (erasure, merge, keys or legal) is always asked."],
    [
      "a host outside",
      "create_tag",
      { host: ["a.example"] },
      "It holds an address on a host that egress.hosts does not list, so it is asked.",
    ],
    [
      "one host, not in a list",
      "create_tag",
      { host: "a.example" },
      "It holds an address on a host that egress.hosts does not list, so it is asked.",
    ],
    ["hosts that are not known", "create_tag", { host: { unknown: "x" } }, "Where its addresses point cannot be told, so it is asked."],
  ])("%s is asked though a rule allows it, and says why after what the rule says", (_, id, facts, why) => {
    const { verdict, because, basis } = said([rule({ actions: [id] })], id, facts);
    expect({ verdict, because, basis }).toEqual({ verdict: "ask", because: `The rule "r" says allow. ${why}`, basis: "floor" });
  });

  it("about hosts that nobody has looked for is asked; about a read, nobody is asked", () => {
    const policy = policyOf("operator");
    expect(decide(policy, mustFind(catalog, "create_tag"), { args: {}, facts: {} })).toMatchObject({ verdict: "ask", basis: "floor" });
    expect(decide(policy, mustFind(catalog, "get_tags"), { args: {}, facts: {} })).toMatchObject({ verdict: "allow", basis: "preset" });
  });
});

describe("the facts that a decision waits for", () => {
  const wanted = (rules: Rule[], id = "add_profiles_to_list", facts: Facts = {}, preset: "operator" | "locked" = "operator") =>
    wantedFacts(policyOf(preset, rules), mustFind(catalog, id), { args: {}, facts });
  const few = rule({ id: "few", where: { people: { at_most: 5 }, list: { in: ["Vip123"] } } });
  const deny = (where?: Rule["where"]): Rule => rule({ id: "no", effect: "deny", ...(where && { where }) });

  it("are those of its rules, in one order, and none where there are no rules", () => {
    expect(wanted([few])).toEqual(["people", "list"]);
    expect(wanted([rule({ where: { list: { in: ["A"] } } }), rule({ id: "s", where: { people: { at_most: 1 } } })])).toEqual([
      "people",
      "list",
    ]);
    expect(wanted([few], "add_profiles_to_list", { people: 3 })).toEqual(["list"]);
    expect(wanted([])).toEqual([]);
    expect(wanted([rule({ ...few, actions: ["create_tag"] })])).toEqual([]);
  });

  it("are none under locked, for a write; a read may still wait for some", () => {
    expect(wanted([few], "add_profiles_to_list", {}, "locked")).toEqual([]);
    expect(wanted([rule({ effect: "deny", where: { local_time: { between: ["21:00", "07:00"] } } })], "get_tags", {}, "locked")).toEqual([
      "local_time",
    ]);
  });

  it("are none where a rule that holds denies already; one that allows, fails or waits itself settles nothing", () => {
    expect(wanted([few, deny()])).toEqual([]);
    expect(wanted([few, deny({ list_size: { at_most: 1 } })])).toEqual(["people", "list", "list_size"]);
    expect(wanted([few, deny({ agent: { in: ["other"] } })], "add_profiles_to_list", { agent: "claude" })).toEqual(["people", "list"]);
    expect(wanted([few, rule({ id: "all" })])).toEqual(["people", "list"]);
    expect(wanted([few, rule({ id: "ask", effect: "ask" })])).toEqual(["people", "list"]);
  });
});

describe("a cap", () => {
  const NONE: Uses = { people_touched: 0, sends: 0, writes: 0, deletes: 0, reads_rows: 0 };
  const UNUSED = { all: { hour: 0, day: 0 }, caller: { hour: 0, day: 0 } };
  const used = (writes: typeof UNUSED) => ({ people_touched: UNUSED, sends: UNUSED, writes, deletes: UNUSED, reads_rows: UNUSED });

  it("is no matter of a call that uses nothing of it, even where it is passed already", () => {
    const over = { all: { hour: 9, day: 9 }, caller: { hour: 9, day: 9 } };
    expect(overCap({ writes: { per_day: 3 } }, NONE, used(over))).toBeUndefined();
    expect(overCap({ writes: { per_day: 3 } }, { ...NONE, writes: 1 }, used(over))).toBe(
      'The cap "writes" is 3 in a day; 9 are used, and this call would use 1.',
    );
    expect(overCap({ sends: { per_day: 3 } }, { ...NONE, writes: 1 }, used(over))).toBeUndefined();
    expect(overCap({ writes: { per_day: 3 } }, { ...NONE, writes: 4 }, used(UNUSED), "plan")).toBe(
      'The cap "writes" is 3 in a day; 0 are used, and this plan would use 4.',
    );
  });
});
