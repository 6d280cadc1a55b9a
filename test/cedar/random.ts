import { loadCatalog, mustFind } from "../../src/catalog/catalog.ts";
import { EFFECT_KINDS, type Operation, type Risk } from "../../src/catalog/operation.ts";
import type { Json, JsonObject } from "../../src/lib/json.ts";
import type { Condition } from "../../src/policy/condition.ts";
import { lowered } from "../../src/policy/check-where.ts";
import { factKind, isFactName, WEEKDAYS, type Facts } from "../../src/policy/facts.ts";
import { policyOf } from "../../src/policy/parse.ts";
import { PRESETS, VERDICTS, type Policy, type Rule } from "../../src/policy/policy.ts";

/** Whole numbers from 0 up to, but without, `below`; the same for the same seed (mulberry32). */
export type Draw = (below: number) => number;

export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

export interface Request {
  operation: Operation;
  args: JsonObject;
  facts: Facts;
  isUnseen: boolean;
}

const catalog = loadCatalog();
/** Few operations, so that rules meet requests; of every risk, and with arguments of every type. */
const POOL = (
  "get_profiles get_list query_campaign_values create_tag update_tag tag_lists update_list update_flow " +
  "send_campaign update_profile add_profiles_to_list bulk_subscribe_profiles bulk_suppress_profiles create_campaign merge_profiles " +
  "request_profile_deletion update_webhook create_web_feed delete_list"
)
  .split(" ")
  .map((id) => mustFind(catalog, id));

const WORDS = ["draft", "live", "Vip123", "News01", "vip", "x", ""];
const ADDRESSES = ["cdn.example.com", "img.example.com", "evil.example", "example.com"];
const TIMES = ["00:00", "06:59", "07:00", "12:30", "20:59", "21:00", "23:59"];
const NUMBERS = [0, 1, 49, 50, 51, 100, 5000];

const one = <T>(draw: Draw, from: readonly T[]): T => from[draw(from.length)] as T;
const some = <T>(draw: Draw, from: readonly T[], most: number): T[] => [
  ...new Set(Array.from({ length: 1 + draw(most) }, () => one(draw, from))),
];
const chance = (draw: Draw, percent: number): boolean => draw(100) < percent;

/** Arguments by path, and what the pool's requests may hold there. */
const ARGUMENTS: Record<string, "text" | "integer" | "flag" | "any"> = {
  "args.name": "text",
  "args.status": "text",
  "args.url": "text",
  "args.opt_in_process": "text",
  "args.historical_import": "flag",
  "args.profiles[]": "text",
  "args.profiles[].email": "text",
  "args.properties.level": "any",
  "args.send_strategy.throttle_percentage": "integer",
};
const FACT_PATHS = "people list list_size segment campaign_status local_time weekday host risk agent tainted".split(" ");
const PATHS = [...FACT_PATHS, ...Object.keys(ARGUMENTS)];

export function randomPolicy(draw: Draw): Policy {
  const rules = Array.from({ length: draw(6) }, (_, at) => randomRule(draw, at));
  return {
    ...policyOf(one(draw, PRESETS), rules),
    egress: { hosts: chance(draw, 50) ? [] : some(draw, ["cdn.example.com", "*.example.com"], 2) },
  };
}

function randomRule(draw: Draw, at: number): Rule {
  const rule: Rule = { id: `r${at}`, effect: one(draw, VERDICTS) };
  if (chance(draw, 60)) rule.actions = some(draw, POOL, 6).map(({ id }) => id);
  if (chance(draw, 20)) rule.areas = some(draw, ["lists", "profiles", "campaigns", "tags", "flows"], 3);
  if (chance(draw, 20)) rule.kinds = some(draw, EFFECT_KINDS, 6);
  if (chance(draw, 30) || Object.keys(rule).length === 2) rule.risk = some<Risk>(draw, [0, 1, 2, 3, 4, 5], 4);
  if (!chance(draw, 70)) return rule;
  return { ...rule, where: Object.fromEntries(some(draw, PATHS, 3).map((path) => [path, randomCondition(draw, path)])) };
}

function randomCondition(draw: Draw, path: string): Condition {
  const type = ARGUMENTS[path];
  if (path === "local_time") return { between: [one(draw, TIMES), one(draw, TIMES)] };
  if (path === "tainted" || type === "flag") return { equals: chance(draw, 50) };
  if (path === "weekday") return membership(draw, WEEKDAYS);
  if (["people", "list_size", "risk"].includes(path) || type === "integer" || (type === "any" && chance(draw, 50))) return ofNumber(draw);
  const words = path === "host" ? ADDRESSES : WORDS;
  const condition = membership(draw, words);
  if (chance(draw, 25)) condition.starts_with = one(draw, ["v", "Vip", "cdn.", "d"]);
  if (chance(draw, 15)) condition.ends_with = one(draw, ["123", ".com", "t"]);
  return isFactName(path) && factKind(path).lower ? lowered(condition) : condition;
}

function membership(draw: Draw, words: readonly string[]): Condition {
  const how = draw(4);
  if (how === 0) return { equals: one(draw, words) };
  if (how === 1) return { not_in: some(draw, words, 3) };
  if (how === 2) return { in: some(draw, words, 3) };
  return { in: some(draw, words, 4), not_in: some(draw, words, 2) };
}

function ofNumber(draw: Draw): Condition {
  const [a, b] = [one(draw, NUMBERS), one(draw, NUMBERS)];
  const how = draw(5);
  if (how === 0) return { at_most: a };
  if (how === 1) return { at_least: a };
  if (how === 2) return { between: [Math.min(a, b), Math.max(a, b)] };
  if (how === 3) return { at_least: Math.min(a, b), not_in: [a] };
  return { in: some(draw, NUMBERS, 3) };
}

export function randomRequest(draw: Draw): Request {
  const operation = one(draw, POOL);
  return { operation, args: randomArguments(draw), facts: randomFacts(draw, operation), isUnseen: chance(draw, 5) };
}

function randomArguments(draw: Draw): JsonObject {
  const args: JsonObject = {};
  const put = (name: string, value: () => Json): void => void (chance(draw, 55) && (args[name] = value()));
  const text = (): Json => (chance(draw, 10) ? null : one(draw, WORDS));
  put("name", text);
  put("status", text);
  put("url", text);
  put("opt_in_process", text);
  put("historical_import", () => chance(draw, 50));
  put("profiles", () =>
    Array.from({ length: draw(4) }, () => (chance(draw, 50) ? one(draw, WORDS) : chance(draw, 80) ? { email: one(draw, WORDS) } : {})),
  );
  put("properties", () => (chance(draw, 80) ? { level: one<Json>(draw, [0, 50, 51, 1.5, "50", true, null, [], "vip"]) } : {}));
  put("send_strategy", () => ({ throttle_percentage: one<Json>(draw, [0, 50, 100, null]) }));
  return args;
}

function randomFacts(draw: Draw, { effect }: Operation): Facts {
  const facts: Facts = {};
  const put = <Name extends keyof Facts>(name: Name, value: () => Facts[Name]): void => {
    const luck = draw(100);
    if (luck < 10) facts[name] = { unknown: "it could not be looked up" } as Facts[Name];
    else if (luck < 92) facts[name] = value();
  };
  const several = (words: readonly string[]): string[] => (chance(draw, 25) ? [] : some(draw, words, 3));
  put("people", () => one(draw, NUMBERS));
  put("list", () => several(WORDS));
  put("segment", () => several(WORDS));
  put("list_size", () => (chance(draw, 20) ? [] : some(draw, NUMBERS, 3)));
  put("campaign_status", () => one(draw, WORDS));
  put("local_time", () => one(draw, TIMES));
  put("weekday", () => one(draw, WEEKDAYS));
  put("host", () => several(ADDRESSES));
  put("agent", () => one(draw, WORDS));
  put("tainted", () => chance(draw, 50));
  return { ...facts, risk: effect.risk };
}
