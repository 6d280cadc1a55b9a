import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadCatalog } from "../catalog/catalog.ts";
import { HalyardError } from "../lib/errors.ts";
import { parseCases } from "./cases.ts";
import { parsePolicy } from "./parse.ts";

const catalog = loadCatalog();

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

const withRule = (rule: string): string => `version: 1\npreset: read-only\nrules:\n  - {id: r, effect: allow, ${rule}}\n`;
const withWhere = (actions: string, where: string): string =>
  withRule(`actions: [${actions}], where: {${where.replaceAll(/(args[^:]*):/g, '"$1":')}}`);

describe("the specification's document", () => {
  const text = `version: 1
preset: read-only
rules:
  - id: tag-freely
    actions: [create_tag, tag_campaigns, tag_lists]
    effect: allow
  - id: small-list-edits
    actions: [add_profiles_to_list, remove_profiles_from_list]
    where: { list: { in: [Vip123] }, people: { at_most: 50 } }
    effect: allow
  - id: no-night-sends
    actions: [send_campaign]
    where: { local_time: { between: ["21:00", "07:00"] } }
    effect: deny
caps:                       # cumulative, per agent and per connection, whatever the rules say
  people_touched: { per_day: 5000 }
  sends: { per_day: 1 }
  pending_approvals: { at_once: 20 }
privacy: { email: token, phone_number: token, free_text: mark }
egress: { hosts: [cdn.example.com] }
`;
  it("is read whole, with what it does not say filled in", () => {
    expect(parsePolicy(text, catalog)).toEqual({
      version: 1,
      preset: "read-only",
      taint: { minutes: 30 },
      rules: [
        { id: "tag-freely", effect: "allow", actions: ["create_tag", "tag_campaigns", "tag_lists"] },
        {
          id: "small-list-edits",
          effect: "allow",
          actions: ["add_profiles_to_list", "remove_profiles_from_list"],
          where: { list: { in: ["Vip123"] }, people: { at_most: 50 } },
        },
        { id: "no-night-sends", effect: "deny", actions: ["send_campaign"], where: { local_time: { between: ["21:00", "07:00"] } } },
      ],
      caps: { people_touched: { per_day: 5000 }, sends: { per_day: 1 }, pending_approvals: { at_once: 20 } },
      privacy: { email: "token", phone_number: "token", names: "show", free_text: "mark" },
      egress: { hosts: ["cdn.example.com"] },
      hold: { sends_seconds: 60 },
      elicitation: { risk_at_most: null },
      good_for: { hours: 24 },
    });
  });

  it("is refused when it is cut off anywhere within a line", () => {
    const parts = Array.from({ length: text.length }, (_, length) => text.slice(0, length)).filter((part) => !part.endsWith("\n"));
    expect(parts.filter((part) => problems(part).length === 0)).toEqual([]);
  });
});

it("what docs/policy.md shows can be used as it stands", () => {
  const [document = "", cases = ""] = [
    ...readFileSync(new URL("../../docs/policy.md", import.meta.url), "utf8").matchAll(/```yaml\n([\s\S]*?)```/g),
  ].map(([, text]) => text);
  expect(problems(document)).toEqual([]);
  expect(parseCases(cases)).toHaveLength(3);
});

describe("conditions that are taken", () => {
  it.each([
    withWhere("update_flow", "args.status: {in: [draft, manual]}"),
    withWhere("update_flow, create_tag", "args.status: {equals: draft}"),
    withWhere("bulk_suppress_profiles", "args.profiles[].email: {ends_with: '@example.com'}"),
    withWhere("create_campaign", "args.send_strategy.throttle_percentage: {at_most: 10}"),
    withWhere("update_profile", "args.properties.level: {at_most: 3}"),
    withWhere("update_profile", "args.email: {equals: null}"),
    withWhere("bulk_subscribe_profiles", "args.historical_import: {equals: false}"),
    withWhere("create_list", "args.opt_in_process: {not_in: [single_opt_in]}"),
    withWhere("send_campaign", "weekday: {not_in: [sat, sun]}, recipients: {between: [1, 5000]}"),
    withWhere("update_flow", "flow_status: {equals: Draft}"),
    withWhere("send_campaign", "call: {equals: abc}, door: {equals: http}, agent: {in: [claude]}, tainted: {equals: false}"),
    withWhere("create_web_feed", "host: {in: [CDN.example.com]}, risk: {at_most: 4}"),
  ])("%s", (text) => {
    expect(problems(text)).toEqual([]);
  });

  it("are compared in lower case where case means nothing", () => {
    const { rules } = parsePolicy(withWhere("create_web_feed", "host: {in: [CDN.example.com]}"), catalog);
    expect(rules[0]?.where).toEqual({ host: { in: ["cdn.example.com"] } });
  });
});

describe("conditions that are refused", () => {
  it.each([
    [
      "update_flow",
      "args.statsu: {equals: live}",
      'is an argument of none of the operations that the rule selects; did you mean "args.status"?',
    ],
    ["update_flow", "status: {equals: live}", 'is not a fact; the argument is written "args.status"'],
    ["send_campaign", "peple: {at_most: 5}", 'is not a fact; did you mean "people"?'],
    ["update_flow", "args.status: {at_most: 5}", "at_most cannot be said of a text"],
    ["update_flow", "args.status: {equals: 5}", "5 is not a text"],
    ["update_flow", "args.status: {equals: null}", "is never null"],
    ["create_list", "args.opt_in_process: {in: [double_optin]}", 'never is "double_optin"; did you mean "double_opt_in"?'],
    ["bulk_suppress_profiles", "args.profiles: {equals: x}", 'is a list; its items are written "args.profiles[]"'],
    ["bulk_suppress_profiles", "args.profiles.email: {equals: x}", 'did you mean "args.profiles[].email"?'],
    ["update_flow", "args.status[]: {equals: x}", '"args.status" is no list'],
    ["bulk_suppress_profiles", "args.profiles[]: {equals: x}", "holds members, not a value"],
    ["create_catalog_item", "args.price: {at_most: 5}", "whole numbers only"],
    ["update_flow", "args.: {equals: x}", "not written as a path"],
    ["send_campaign", "people: {at_most: 100.5}", "must be a whole number"],
    ["send_campaign", "people: {at_most: '100'}", "/rules/0/where/people/at_most"],
    ["send_campaign", "people: {at_most: 9007199254740993}", "/rules/0/where/people/at_most"],
    ["send_campaign", "people: {in: [a]}", '"a" is not a whole number'],
    ["send_campaign", "people: {between: [5, 1]}", "larger number first"],
    ["send_campaign", "people: {at_least: 10, at_most: 5}", "its bounds leave no number"],
    ["send_campaign", "people: {equals: 10, at_most: 5}", "none of its values fulfils the rest of it"],
    ["send_campaign", "agent: {in: [a, b], not_in: [a, b]}", "none of its values fulfils the rest of it"],
    ["send_campaign", "local_time: {between: ['7:00', '21:00']}", "a time of day such as 21:00"],
    ["send_campaign", "local_time: {between: ['07:00', '07:00']}", "same time twice"],
    ["send_campaign", "local_time: {between: [1, 2]}", "1 is not a time of day"],
    ["send_campaign", "people: {between: ['07:00', '08:00']}", '"07:00" is not a whole number'],
    ["send_campaign", "weekday: {in: [monday]}", 'never is "monday"'],
    ["send_campaign", "door: {equals: htpp}", 'never is "htpp"; did you mean "http"?'],
    ["send_campaign", "tainted: {equals: 1}", "1 is not true or false"],
    ["send_campaign", "people: {}", "says nothing"],
    ["send_campaign", "people: {matches: '.*'}", "/matches is not a known field"],
    ["send_campaign", "", "has no condition"],
    ["create_tag", "flow_status: {equals: live}", "can be said of none of the operations"],
    ["get_profiles", "people: {at_most: 5}", "can be said of none of the operations"],
  ])("%s where {%s}: %s", (actions, where, problem) => {
    expect(problems(withWhere(actions, where)).join("\n")).toContain(problem);
  });
});

describe("other parts that are refused", () => {
  it.each([
    ["caps: {}", ""],
    ["caps: {sends: {}}", "limits nothing"],
    ["caps: {sends: {each_agent: {}}}", "limits nothing"],
    ["caps: {sends: {per_day: -1}}", "/caps/sends/per_day"],
    ["caps: {sends: {per_dya: 1}}", 'is not a known field; did you mean "per_day"?'],
    ["caps: {send: {per_day: 1}}", 'is not a known field; did you mean "sends"?'],
    ["caps: {pending_approvals: {at_once: 0}}", "/caps/pending_approvals/at_once"],
    ["caps: {pending_approvals: {}}", "limits nothing"],
    ["privacy: {emial: token}", 'is not a known field; did you mean "email"?'],
    ["privacy: {email: mask}", "/privacy/email"],
    ["egress: {hosts: ['https://cdn.example.com']}", "must be a host"],
    ["egress: {hosts: ['*.com']}", "must be a host"],
    ["egress: {hosts: ['*']}", "must be a host"],
    ["egress: {hosts: ['10.0.0.1']}", "must be a host"],
    ["egress: {hosts: [localhost]}", "must be a host"],
    ["egress: {hosts: ['*.example.com', CDN.Example.com]}", ""],
    ["hold: {sends_seconds: 86401}", "/hold/sends_seconds"],
    ["elicitation: {risk_at_most: 4}", "/elicitation/risk_at_most"],
    ["elicitation: {risk_at_most: 2}", ""],
    ["good_for: {hours: 200}", "/good_for/hours"],
    ["rules: {}", "/rules"],
  ])("%s: %s", (part, problem) => {
    const found = problems(`version: 1\npreset: read-only\n${part}\n`).join("\n");
    if (problem === "") expect(found).toBe("");
    else expect(found).toContain(problem);
  });

  it("a bomb of aliases, quickly", () => {
    const bomb = `version: 1\npreset: &a [x,x]\n${Array.from({ length: 20 }, (_, at) => `k${at}: &k${at} [*${at === 0 ? "a" : `k${at - 1}`},*${at === 0 ? "a" : `k${at - 1}`}]`).join("\n")}\n`;
    const began = performance.now();
    expect(problems(bomb).join()).toContain("aliases");
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe("what is refused is told with its place, and with what may have been meant", () => {
  const withPart = (part: string): string => `version: 1\npreset: read-only\n${part}\n`;
  const withRules = (...rules: string[]): string => withPart(`rules:\n${rules.map((rule) => `  - {effect: allow, ${rule}}`).join("\n")}`);

  it.each([
    [withPart("presett: locked"), '/presett is not a known field; did you mean "preset"?'],
    [withPart("colour: red"), "/colour is not a known field"],
    [withPart("privacy: {emial: show}"), '/privacy/emial is not a known field; did you mean "email"?'],
    [withPart("caps: {sends: {per_day: 1, per_huor: 1}}"), '/caps/sends/per_huor is not a known field; did you mean "per_hour"?'],
    [withPart("caps: {sends: {per_day: 1, each_agnet: 1}}"), '/caps/sends/each_agnet is not a known field; did you mean "each_agent"?'],
    [
      withPart("caps: {pending_approvals: {at_onec: 1, each_agent: {at_once: 1}}}"),
      '/caps/pending_approvals/at_onec is not a known field; did you mean "at_once"?',
    ],
    [withRules("id: a, efect: deny, areas: [tags]"), '/rules/0/efect is not a known field; did you mean "effect"?'],
    [
      withRules("id: a, areas: [tags], where: {risk: {equals: 1, at_mots: 5}}"),
      '/rules/0/where/risk/at_mots is not a known field; did you mean "at_most"?',
    ],
    [withRules("id: a, areas: [tags]", "id: a, areas: [lists]"), '/rules/1/id "a" is the id of an earlier rule'],
    [withRules("id: a, areas: [tag]"), '/rules/0/areas has no area "tag"; did you mean "tags"?'],
    [withRules("id: a, actions: [create_tga]"), '/rules/0/actions has no action "create_tga"; did you mean "create_tag"?'],
    [withRules("id: a, actions: ['tagg.*']"), '/rules/0/actions has no action "tagg.*"'],
  ])("%j: %s", (text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });
});

describe("selectors", () => {
  it("are kept as they are written", () => {
    const { rules } = parsePolicy(withRule("kinds: [create, update], risk: [1, 2]"), catalog);
    expect(rules).toEqual([{ id: "r", effect: "allow", kinds: ["create", "update"], risk: [1, 2] }]);
  });

  it("of an area stand for all of its operations and no others", () => {
    const { rules } = parsePolicy(withRule("actions: ['tags.*', create_list]"), catalog);
    const tags = catalog.operations.filter(({ area }) => area === "tags").map(({ id }) => id);
    expect(rules[0]?.actions).toEqual([...tags, "create_list"]);
  });
});
