import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawFrom, randomPolicy, randomRequest } from "../../test/cedar/random.ts";
import { loadCatalog } from "../catalog/catalog.ts";
import { isWrite } from "../catalog/operation.ts";
import { decide } from "./decide.ts";
import { diffPolicies } from "./diff.ts";
import { policyOf } from "./parse.ts";
import { VERDICTS, type Policy, type Preset, type Rule } from "./policy.ts";

const catalog = loadCatalog();
const NONE = { before: new Set<string>(), after: new Set<string>() };
const diff = (before: Policy, after: Policy, unseen = NONE) => diffPolicies(catalog, before, after, unseen);
const pending = (most: number) => ({ caps: { pending_approvals: { each_agent: { at_once: most } } } });
const with_ = (preset: Preset, ...rules: Rule[]): Policy => policyOf(preset, rules);

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

  it.each<[Preset, Preset, boolean]>([
    ["operator", "read-only", false],
    ["read-only", "assistant", true],
    ["locked", "read-only", true],
    ["read-only", "locked", false],
  ])("from the preset %s to %s loosens: %s", (was, is, loosens) => {
    expect(diff(with_(was), with_(is))).toMatchObject({ sections: [`The preset is ${is}, before ${was}.`], loosens });
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
    [
      { caps: { sends: { per_day: 1 }, writes: { per_hour: 9 } } },
      { caps: { sends: { per_day: 1 }, writes: { per_hour: 8 } } },
      "The cap writes.per_hour is 8, before 9.",
      false,
    ],
    [{}, { egress: { hosts: ["a.example"] } }, "Addresses may point at a.example without being asked.", true],
    [{ egress: { hosts: ["a.example"] } }, {}, "Addresses at a.example are asked.", false],
    [
      { egress: { hosts: ["a.example"] } },
      { egress: { hosts: ["a.example", "b.example", "c.example"] } },
      "Addresses may point at b.example, c.example without being asked.",
      true,
    ],
    [
      { egress: { hosts: ["a.example", "b.example", "c.example"] } },
      { egress: { hosts: ["a.example"] } },
      "Addresses at b.example, c.example are asked.",
      false,
    ],
    [{}, { hold: { sends_seconds: 0 } }, "hold.sends_seconds is 0, before 60.", true],
    [{}, { hold: { sends_seconds: 90 } }, "hold.sends_seconds is 90, before 60.", false],
    [{}, { elicitation: { risk_at_most: 1 as const } }, "elicitation.risk_at_most is 1, before off.", true],
    [{ elicitation: { risk_at_most: 1 as const } }, {}, "elicitation.risk_at_most is off, before 1.", false],
    [
      { elicitation: { risk_at_most: 2 as const } },
      { elicitation: { risk_at_most: 1 as const } },
      "elicitation.risk_at_most is 1, before 2.",
      false,
    ],
    [{}, pending(500), "The cap pending_approvals.each_agent.at_once is 500, before none.", true],
    [pending(500), {}, "The cap pending_approvals.each_agent.at_once is gone, before 500.", false],
    [{}, pending(20), "The cap pending_approvals.each_agent.at_once is 20, before none.", false],
    [pending(5), {}, "The cap pending_approvals.each_agent.at_once is gone, before 5.", true],
    [{}, { taint: { minutes: 10 } }, "taint.minutes is 10, before 30.", true],
    [{}, { taint: { minutes: 60 } }, "taint.minutes is 60, before 30.", false],
    [{}, { good_for: { hours: 48 } }, "good_for.hours is 48, before 24.", true],
    [{}, { good_for: { hours: 12 } }, "good_for.hours is 12, before 24.", false],
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

it("tells every change after which some call is decided more laxly", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const draw = drawFrom(seed);
      const [policy, other, { operation, args, facts }] = [randomPolicy(draw), randomPolicy(draw), randomRequest(draw)];
      // All of them speak of the one operation that is asked about.
      const rules = [...policy.rules, ...other.rules].map(({ effect, where }, at): Rule => ({
        id: `r${at}`,
        effect,
        actions: [operation.id],
        ...(where && { where }),
      }));
      const before = { ...policy, rules: rules.filter(() => draw(3) > 0) };
      const after = { ...policy, rules: rules.filter(() => draw(3) > 0) };
      const [was, is] = [before, after].map((policy) => decide(policy, operation, { args, facts }));
      // What cannot be told counts as deny, for a rule that allows as well: taking such a rule away is no loosening.
      if (!was || !is || [...was.findings, ...is.findings].some(({ truth }) => truth === "unknown")) return;
      const isLaxer = VERDICTS.indexOf(is.verdict) < VERDICTS.indexOf(was.verdict);
      const { loosens } = diffPolicies({ ...catalog, operations: [operation] }, before, after, NONE);
      expect(loosens || !isLaxer).toBe(true);
    }),
    { numRuns: 1500 },
  );
});

describe("what a change of conditions does", () => {
  const rule = (id: string, effect: Rule["effect"], where?: Rule["where"]): Rule => ({
    id,
    effect,
    actions: ["add_profiles_to_list"],
    ...(where && { where }),
  });
  const few = rule("few", "allow", { people: { at_most: 5 } });
  const vip = rule("vip", "allow", { list: { in: ["Vip123"] } });
  const sunday = rule("sunday", "deny", { weekday: { in: ["sun"] } });
  const night = rule("night", "deny", { local_time: { between: ["21:00", "07:00"] } });
  const careful = rule("careful", "ask", { weekday: { in: ["mon"] } });
  const [allow, ask, deny] = [rule("allow", "allow"), rule("ask", "ask"), rule("deny", "deny")];

  interface Told {
    always?: string;
    under?: string[];
    lifted?: true;
    loosens: boolean;
  }
  it.each<[string, Rule[], Rule[], Told]>([
    ["a further condition that allows", [few], [few, vip], { under: ["allow"], loosens: true }],
    ["one condition fewer that allows", [few, vip], [few], { loosens: false }],
    ["no condition any more that allows", [few], [], { loosens: false }],
    ["a condition that allows, once nothing stricter keeps it down", [ask, few], [few], { under: ["allow"], loosens: true }],
    ["a condition that denies beside one that allows", [few], [few, sunday], { under: ["deny"], loosens: false }],
    ["what was always asked, asked under a condition", [], [allow, careful], { always: "allow", loosens: true }],
    ["what was always allowed, asked under a condition", [allow], [allow, careful], { under: ["ask"], loosens: false }],
    ["what was always denied, asked under a condition", [deny], [allow, careful], { always: "allow", under: ["ask"], loosens: true }],
    ["what was always denied, asked", [deny], [ask], { always: "ask", loosens: true }],
    ["what was always allowed, asked", [allow], [ask], { always: "ask", loosens: false }],
    ["one of two conditions that deny", [sunday, night], [night], { lifted: true, loosens: true }],
    ["another condition that denies", [sunday], [night], { under: ["deny"], lifted: true, loosens: true }],
    ["a condition that asks where all is asked", [careful], [], { loosens: false }],
    ["a condition that asks where all was denied", [deny, careful], [allow], { always: "allow", loosens: true }],
    ["a condition that asks beside one that allows", [few, careful], [few], { lifted: true, loosens: true }],
    ["a condition that denies beside one that allows, gone", [few, sunday], [few], { lifted: true, loosens: true }],
    ["the same under another name, in another order", [sunday, few], [few, { ...sunday, id: "x" }], { loosens: false }],
  ])("%s", (_, before, after, told) => {
    const { newly, lifted, loosens } = diff(with_("read-only", ...before), with_("read-only", ...after));
    const verdicts = ["allow", "ask", "deny"] as const;
    expect({
      always: verdicts.filter((verdict) => newly[verdict].always.length > 0),
      under: verdicts.filter((verdict) => newly[verdict].under_conditions.length > 0),
      lifted: lifted.length > 0,
      loosens,
    }).toEqual({ always: told.always ? [told.always] : [], under: told.under ?? [], lifted: told.lifted ?? false, loosens: told.loosens });
  });

  it("allowing risk 5 is asking it: a further condition for it is laxer", () => {
    const merge = (id: string, day: string): Rule => ({
      id,
      effect: "allow",
      actions: ["merge_profiles"],
      where: { weekday: { in: [day] } },
    });
    const told = diff(with_("read-only", merge("a", "mon")), with_("read-only", merge("a", "mon"), merge("b", "tue")));
    expect(told).toMatchObject({ newly: { ask: { under_conditions: ["merge_profiles"] } }, loosens: true });
  });

  it("asking for risk 5, under a condition, is laxer than denying it", () => {
    const merge: Rule = { id: "merge", effect: "ask", actions: ["merge_profiles"], where: { weekday: { in: ["mon"] } } };
    expect(diff(with_("read-only"), with_("read-only", merge))).toMatchObject({
      newly: { ask: { always: [], under_conditions: ["merge_profiles"], irreversible: ["merge_profiles"] } },
      loosens: true,
    });
  });
});
