import { leafAt } from "../../src/policy/argument-path.ts";
import type { Condition } from "../../src/policy/condition.ts";
import { factKind, isFactName } from "../../src/policy/facts.ts";
import type { Policy, Rule } from "../../src/policy/policy.ts";
import type { Request } from "./random.ts";

/**
 * A policy in Cedar's language. Two questions are put to it of each request: may it `run`, and may it at least be asked (`ask`). Cedar forgets rules whose
 * evaluation fails, so that a condition cannot be evaluated is written out: a path has up to three values in slots, each with its kind, or is not known.
 */
export function policyText(policy: Policy, paths: string[]): string {
  const rules = policy.rules.map((rule) => ({ rule, ...truthsOf(rule, paths) }));
  const matched = rules.map(({ speaks, holds, unknown }) => `(${speaks} && (${holds} || ${unknown}))`);
  const none = matched.length === 0 ? "true" : `!(${matched.join(" || ")})`;
  const lines = rules.flatMap(({ rule, speaks, holds, unknown }) => [
    `forbid (principal, action, resource) when { ${speaks} && ${unknown} };`,
    ...said(rule, `${speaks} && ${holds}`),
  ]);
  // The preset decides where no rule matches.
  const { run, ask } = PRESETS[policy.preset];
  lines.push(`permit (principal, action == Action::"run", resource) when { ${listOf(run)}.contains(context.risk) && ${none} };`);
  lines.push(`permit (principal, action == Action::"ask", resource) when { ${listOf(ask)}.contains(context.risk) && ${none} };`);
  if (policy.preset === "locked") lines.push("forbid (principal, action, resource) when { context.risk > 0 };");
  lines.push("forbid (principal, action, resource) when { context.risk > 0 && context.unseen };");
  lines.push(`forbid (principal, action == Action::"run", resource) when { context.risk == 5 };`);
  lines.push(`forbid (principal, action == Action::"run", resource) when { context.risk > 0 && !(${hostsListed(policy)}) };`);
  return lines.join("\n");
}

/** Which risks may run, and which may at least be asked. Written down apart from the product's own table. */
const PRESETS = {
  locked: { run: [0], ask: [0] },
  "read-only": { run: [0], ask: [0, 1, 2, 3, 4] },
  assistant: { run: [0, 1], ask: [0, 1, 2, 3, 4, 5] },
  operator: { run: [0, 1, 2], ask: [0, 1, 2, 3, 4, 5] },
} as const;

function said({ effect }: Rule, when: string): string[] {
  if (effect === "deny") return [`forbid (principal, action, resource) when { ${when} };`];
  if (effect === "allow") return [`permit (principal, action, resource) when { ${when} };`];
  return [
    `forbid (principal, action == Action::"run", resource) when { ${when} };`,
    `permit (principal, action == Action::"ask", resource) when { ${when} };`,
  ];
}

function truthsOf(rule: Rule, paths: string[]): { speaks: string; holds: string; unknown: string } {
  const selectors = [
    rule.actions && `${listOf(rule.actions)}.contains(context.id)`,
    rule.areas && `${listOf(rule.areas)}.contains(context.area)`,
    rule.kinds && `${listOf(rule.kinds)}.contains(context.kind)`,
    rule.risk && `${listOf(rule.risk)}.contains(context.risk)`,
    rule.effect === "ask" && "context.risk > 0",
  ].filter((selector) => typeof selector === "string");
  const conditions = Object.entries(rule.where ?? {}).map(([path, condition]) =>
    ofPath(`context.p${paths.indexOf(path)}`, condition, rule.effect === "allow"),
  );
  const all = (texts: string[]): string => (texts.length === 0 ? "true" : `(${texts.join(" && ")})`);
  const any = (texts: string[]): string => (texts.length === 0 ? "false" : `(${texts.join(" || ")})`);
  return {
    speaks: all(selectors),
    holds: all(conditions.map(({ holds }) => holds)),
    unknown: `(${all(conditions.map(({ holds, unknown }) => `(${holds} || ${unknown})`))} && ${any(conditions.map(({ unknown }) => unknown))})`,
  };
}

const SLOTS = [0, 1, 2];

function ofPath(at: string, condition: Condition, needsAll: boolean): { holds: string; unknown: string } {
  const slots = SLOTS.map((slot) => ({ exists: `${at}.n > ${slot}`, ...ofSlot(`${at}.s${slot}`, condition, needsAll) }));
  const anyHolds = `(${slots.map(({ exists, holds }) => `(${exists} && ${holds})`).join(" || ")})`;
  const anyUnknown = `(${slots.map(({ exists, unknown }) => `(${exists} && ${unknown})`).join(" || ")})`;
  const known = `${at}.known`;
  if (!needsAll) return { holds: `(${known} && ${anyHolds})`, unknown: `(!${known} || (!${anyHolds} && ${anyUnknown}))` };
  const noneFails = `(${slots.map(({ exists, holds, unknown }) => `(!(${exists}) || ${holds} || ${unknown})`).join(" && ")})`;
  return {
    holds: `(${known} && ${at}.n > 0 && ${noneFails} && !${anyUnknown})`,
    unknown: `(!${known} || (${at}.n > 0 && ${noneFails} && ${anyUnknown}))`,
  };
}

function ofSlot(slot: string, condition: Condition, needsAll: boolean): { holds: string; unknown: string } {
  const { equals, in: wanted, not_in: unwanted, starts_with: start, ends_with: end, at_most: most, at_least: least, between } = condition;
  const isIn = (values: readonly unknown[]): string =>
    `(${values.map((value) => `${slot}.text == ${JSON.stringify(tagged(value))}`).join(" || ")})`;
  const plain = [
    ...(equals === undefined ? [] : [isIn([equals])]),
    ...(wanted ? [isIn(wanted)] : []),
    ...(unwanted ? [`!${isIn(unwanted)}`] : []),
    ...(start === undefined ? [] : [`${slot}.text like ${JSON.stringify(`t:${start}*`)}`]),
    ...(end === undefined ? [] : [`(${slot}.kind == "text" && ${slot}.text like ${JSON.stringify(`*${end}`)})`]),
  ];
  const isTime = between !== undefined && typeof between[0] === "string";
  const bounds = [
    ...(most === undefined ? [] : [`${slot}.number <= ${most}`]),
    ...(least === undefined ? [] : [`${slot}.number >= ${least}`]),
    ...(between === undefined
      ? []
      : [isTime ? clock(slot, between as [string, string]) : `${slot}.number >= ${between[0]} && ${slot}.number <= ${between[1]}`]),
  ];
  const given = `${slot}.kind != "nothing"`;
  const base = [given, ...plain].join(" && ");
  const nothing = !needsAll && Object.keys(condition).length === 1 && unwanted ? `${slot}.kind == "nothing"` : "false";
  if (bounds.length === 0) return { holds: `((${base}) || ${nothing})`, unknown: "false" };
  const fits = `${slot}.kind == "${isTime ? "time" : "number"}"`;
  return { holds: `(${base} && ${fits} && ${bounds.join(" && ")})`, unknown: `(${base} && !(${fits}))` };
}

function clock(slot: string, [from, to]: [string, string]): string {
  const [a, b] = [minutes(from), minutes(to)];
  const after = `${slot}.number >= ${a}`;
  const before = `${slot}.number < ${b}`;
  return a <= b ? `(${after} && ${before})` : `(${after} || ${before})`;
}

function minutes(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function hostsListed({ egress }: Policy): string {
  const at = "context.hosts";
  const listed = (slot: string): string =>
    egress.hosts
      .map((host) =>
        host.startsWith("*") ? `${slot}.text like ${JSON.stringify(`t:${host}`)}` : `${slot}.text == ${JSON.stringify(`t:${host}`)}`,
      )
      .join(" || ") || "false";
  return `${at}.known && ${SLOTS.map((slot) => `(${at}.n <= ${slot} || (${listed(`${at}.s${slot}`)}))`).join(" && ")}`;
}

function listOf(values: readonly (string | number)[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
}

/** Values of different types are different texts. */
function tagged(value: unknown): string {
  return `${typeof value === "string" ? "t" : typeof value}:${String(value)}`;
}

interface Slot {
  kind: "nothing" | "text" | "number" | "time" | "other";
  text: string;
  number?: number;
}

/** What Cedar is told of a request. */
export function contextOf({ operation, args, facts, isUnseen }: Request, paths: string[]) {
  const { id, area, effect } = operation;
  const seen = paths.map((path, at) => [`p${at}`, pathValue(path, { operation, args, facts, isUnseen })]);
  const hosts = facts.host === undefined || isMissing(facts.host) ? undefined : [facts.host].flat();
  return {
    id,
    area,
    kind: effect.kind,
    risk: effect.risk,
    unseen: isUnseen,
    hosts: slotsOf(hosts?.map((host) => slotOf(host, false))),
    ...Object.fromEntries(seen),
  };
}

function pathValue(path: string, { operation, args, facts }: Request) {
  if (!isFactName(path)) return slotsOf(leafAt(operation, path) ? walk(args, path) : []);
  if (!(factKind(path).of?.(operation) ?? true)) return slotsOf([]);
  const value = facts[path];
  if (value === undefined || isMissing(value)) return slotsOf(undefined);
  const isLower = path === "host" || path.endsWith("_status");
  const read = (one: unknown): unknown => (isLower && typeof one === "string" ? one.toLowerCase() : one);
  return slotsOf([value].flat().map((one) => slotOf(read(one), path === "local_time")));
}

function isMissing(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads arguments in a way of its own, so that a mistake of the product's is not made twice. */
function walk(args: unknown, path: string): Slot[] | undefined {
  const NONE = {};
  let at: unknown[] = [args];
  for (const step of path.replaceAll("[]", ".*").split(".").slice(1)) {
    at = at.flatMap((value): unknown[] => {
      if (step === "*") return Array.isArray(value) ? value : [NONE];
      return typeof value === "object" && value !== null && !Array.isArray(value) && step in value
        ? [(value as Record<string, unknown>)[step]]
        : [NONE];
    });
  }
  if (at.some((value) => typeof value === "object" && value !== null && value !== NONE)) return undefined;
  return at.map((value) => (value === NONE ? { kind: "nothing", text: "" } : slotOf(value, false)));
}

function slotOf(value: unknown, isTime: boolean): Slot {
  const text = tagged(value);
  if (isTime && typeof value === "string") return { kind: "time", text, number: minutes(value) };
  if (typeof value === "number" && Number.isInteger(value)) return { kind: "number", text, number: value };
  return { kind: typeof value === "string" ? "text" : "other", text };
}

/** Slots that are not there are never looked at: what Cedar is told costs more than its decision. */
function slotsOf(slots: Slot[] | undefined) {
  if (!slots) return { known: false };
  return { known: true, n: slots.length, ...Object.fromEntries(slots.map((slot, at) => [`s${at}`, { ...slot }])) };
}
