import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { isWrite } from "../catalog/operation.ts";
import { diffPolicies } from "./diff.ts";
import { lintPolicy } from "./lint.ts";
import { outlook } from "./outlook.ts";
import { policyOf } from "./parse.ts";
import type { Policy, Preset, Rule } from "./policy.ts";

const catalog = loadCatalog();
const NONE = { before: new Set<string>(), after: new Set<string>() };
const diff = (before: Policy, after: Policy, unseen = NONE) => diffPolicies(catalog, before, after, unseen);
const with_ = (preset: Preset, ...rules: Rule[]): Policy => policyOf(preset, rules);

describe("outlook", () => {
  const small: Rule = { id: "small", effect: "allow", actions: ["add_profiles_to_list"], where: { people: { at_most: 5 } } };
  const night: Rule = {
    id: "night",
    effect: "deny",
    actions: ["add_profiles_to_list"],
    where: { local_time: { between: ["21:00", "07:00"] } },
  };
  const of = (policy: Policy, id = "add_profiles_to_list") => outlook(policy, mustFind(catalog, id));

  it("tells what holds usually, and what could", () => {
    expect(of(with_("read-only"))).toMatchObject({ usual: "ask", possible: ["ask"] });
    expect(of(with_("read-only", small))).toMatchObject({ usual: "ask", possible: ["allow", "ask"] });
    expect(of(with_("read-only", small, night))).toMatchObject({ usual: "ask", possible: ["allow", "ask", "deny"] });
    expect(of(with_("read-only", small, { id: "no", effect: "deny", areas: ["lists"] }))).toMatchObject({
      usual: "deny",
      possible: ["deny"],
    });
    expect(of(with_("locked", small))).toMatchObject({ usual: "deny", possible: ["deny"], conditional: [] });
    expect(outlook(with_("operator"), mustFind(catalog, "create_tag"), true)).toMatchObject({ usual: "deny", possible: ["deny"] });
  });

  it("keeps risk 5 asked", () => {
    const all: Rule = { id: "all", effect: "allow", risk: [5] };
    expect(of(with_("operator", all), "merge_profiles")).toMatchObject({ usual: "ask", possible: ["ask"] });
    expect(of(with_("operator", { ...all, where: { people: { at_most: 2 } } }), "merge_profiles").possible).toEqual(["ask"]);
  });
});

describe("what a change does", () => {
  it("is enumerated over the whole catalog, with what cannot be taken back", () => {
    const { newly, loosens } = diff(with_("read-only"), with_("read-only", { id: "all", effect: "allow", risk: [1, 2, 3, 4, 5] }));
    const writes = catalog.operations.filter(isWrite);
    expect(newly.allow.always).toEqual(writes.filter(({ effect }) => effect.risk < 5).map(({ id }) => id));
    expect(newly.allow.irreversible).toEqual(
      writes.filter(({ effect }) => effect.risk < 5 && effect.reversible === "no").map(({ id }) => id),
    );
    expect(newly.allow.irreversible).toContain("send_campaign");
    // What only could be asked before, risk 5, is asked now.
    expect(newly.ask.always).toEqual(writes.filter(({ effect }) => effect.risk === 5).map(({ id }) => id));
    expect(loosens).toBe(true);
  });

  it("says under conditions where it is so", () => {
    const small = (most: number): Rule => ({
      id: "small",
      effect: "allow",
      actions: ["add_profiles_to_list"],
      where: { people: { at_most: most } },
    });
    expect(diff(with_("read-only"), with_("read-only", small(5))).newly.allow).toMatchObject({
      always: [],
      under_conditions: ["add_profiles_to_list"],
    });
    expect(diff(with_("read-only", small(5)), with_("read-only", small(50))).newly.allow.under_conditions).toEqual([
      "add_profiles_to_list",
    ]);
    expect(diff(with_("read-only", small(5)), with_("read-only", small(5)))).toMatchObject({ loosens: false, sections: [], lifted: [] });
  });

  it("notices a condition that denied and is gone", () => {
    const night: Rule = { id: "night", effect: "deny", actions: ["send_campaign"], where: { weekday: { in: ["sun"] } } };
    expect(diff(with_("read-only", night), with_("read-only"))).toMatchObject({ lifted: ["send_campaign"], loosens: true });
    const back = diff(with_("read-only"), with_("read-only", night));
    expect(back).toMatchObject({ lifted: [], loosens: false });
    expect(back.newly.deny.under_conditions).toEqual(["send_campaign"]);
  });

  it("tells tightening from loosening between presets", () => {
    expect(diff(with_("operator"), with_("read-only")).loosens).toBe(false);
    expect(diff(with_("read-only"), with_("assistant")).loosens).toBe(true);
    expect(diff(with_("locked"), with_("read-only")).loosens).toBe(true);
    expect(diff(with_("read-only"), with_("locked")).loosens).toBe(false);
  });

  it("counts what is taken in of a new catalog", () => {
    const unseen = { before: new Set(["create_tag"]), after: new Set<string>() };
    expect(diff(with_("assistant"), with_("assistant"), unseen).newly.allow.always).toEqual(["create_tag"]);
  });

  it.each([
    [{ caps: { sends: { per_day: 1 } } }, { caps: { sends: { per_day: 2 } } }, "The cap sends.per_day is 2, before 1.", true],
    [{ caps: { sends: { per_day: 2 } } }, { caps: { sends: { per_day: 1 } } }, "The cap sends.per_day is 1, before 2.", false],
    [{ caps: { sends: { each_agent: { per_hour: 1 } } } }, {}, "The cap sends.each_agent.per_hour is gone, before 1.", true],
    [{}, { caps: { pending_approvals: { at_once: 5 } } }, "The cap pending_approvals.at_once is 5, before none.", false],
    [{}, { egress: { hosts: ["a.example"] } }, "Addresses may point at a.example without being asked.", true],
    [{ egress: { hosts: ["a.example"] } }, {}, "Addresses at a.example are asked.", false],
    [{}, { hold: { sends_seconds: 0 } }, "hold.sends_seconds is 0, before 60.", true],
    [{}, { elicitation: { risk_at_most: 1 as const } }, "elicitation.risk_at_most is 1, before off.", true],
    [{}, { good_for: { hours: 48 } }, "good_for.hours is 48, before 24.", true],
  ])("%o then %o: %s", (before, after, line, loosens) => {
    expect(diff({ ...policyOf("read-only"), ...before }, { ...policyOf("read-only"), ...after })).toMatchObject({
      sections: [line],
      loosens,
    });
  });

  it.each([
    ["email", "token", "show", true],
    ["email", "show", "hide", false],
    ["names", "hide", "token", true],
    ["free_text", "mark", "show", true],
    ["free_text", "show", "mark", false],
  ])("privacy.%s from %s to %s loosens: %s", (name, was, is, loosens) => {
    const of = (value: string): Policy => ({ ...policyOf("read-only"), privacy: { ...policyOf("read-only").privacy, [name]: value } });
    expect(diff(of(was), of(is))).toMatchObject({ sections: [`privacy.${name} is ${is}, before ${was}.`], loosens });
  });
});

describe("lint", () => {
  const allow: Rule = { id: "a", effect: "allow", actions: ["create_tag"] };
  it.each<[string, Policy, string[]]>([
    ["a rule that decides", with_("read-only", allow), []],
    ["an allowing rule under one that denies", with_("read-only", allow, { id: "d", effect: "deny", areas: ["tags"] }), ["a shadowed"]],
    [
      "one that is covered in part only",
      with_("read-only", { ...allow, actions: ["create_tag", "create_list"] }, { id: "d", effect: "deny", areas: ["tags"] }),
      [],
    ],
    [
      "one under conditions",
      with_("read-only", allow, { id: "d", effect: "deny", areas: ["tags"], where: { weekday: { in: ["sun"] } } }),
      [],
    ],
    ["an allowing rule of a locked policy", with_("locked", allow), ["a shadowed"]],
    ["what the preset says too", with_("assistant", allow), ["a redundant"]],
    [
      "what the preset says too, beside a laxer rule",
      with_("read-only", { ...allow, effect: "ask", where: { weekday: { in: ["sun"] } } }, { ...allow, id: "b" }),
      [],
    ],
    ["the same twice", with_("read-only", allow, { ...allow, id: "b" }), ["b redundant"]],
    [
      "conditions on what is denied anyway",
      with_(
        "read-only",
        { id: "d", effect: "deny", areas: ["tags"] },
        { id: "n", effect: "deny", actions: ["create_tag"], where: { weekday: { in: ["sun"] } } },
      ),
      ["n redundant"],
    ],
    [
      "an allowing rule for risk 5, which is asked",
      with_("operator", { id: "m", effect: "allow", actions: ["merge_profiles"] }),
      ["m redundant"],
    ],
    [
      "an allowing rule for risk 5 that the preset denies",
      with_("read-only", { id: "m", effect: "allow", actions: ["merge_profiles"] }),
      [],
    ],
  ])("%s", (_, policy, found) => {
    expect(lintPolicy(policy, catalog).map(({ rule, kind }) => `${rule} ${kind}`)).toEqual(found);
  });
});
