import type { Catalog } from "../catalog/catalog.ts";
import type { Operation } from "../catalog/operation.ts";
import { canonicalJson, type Json } from "../lib/json.ts";
import { CAP_NAMES, PENDING_EACH_AGENT, type Caps } from "./caps.ts";
import { outlook, type Outlook } from "./outlook.ts";
import { VERDICTS, type Policy, type Rule, type Verdict } from "./policy.ts";
import type { Sections } from "./sections.ts";

/** Operations whose verdict a change touches, by id. */
export interface Shift {
  /** Whatever the call: where no condition holds, the verdict is now this one. */
  always: string[];
  /** Only where a condition holds that was not there before. */
  under_conditions: string[];
  /** Of both, those whose effect cannot be taken back. */
  irreversible: string[];
}

/** What a new policy says otherwise than the old one, by enumeration over the whole catalog. Plain data. */
export interface PolicyDiff {
  newly: Record<Verdict, Shift>;
  /** Operations that were asked or denied under conditions, which do so no longer. */
  lifted: string[];
  /** Changes outside of presets and rules, one sentence each. */
  sections: string[];
  /** Whether any call could get a laxer verdict than before. */
  loosens: boolean;
}

/** Compares two policies; without an old one, with `locked`. Operations that the owner has not seen are denied under both. */
export function diffPolicies(
  catalog: Catalog,
  before: Policy,
  after: Policy,
  unseen: { before: ReadonlySet<string>; after: ReadonlySet<string> },
): PolicyDiff {
  const shift = (): Shift => ({ always: [], under_conditions: [], irreversible: [] });
  const newly: Record<Verdict, Shift> = { allow: shift(), ask: shift(), deny: shift() };
  const lifted: string[] = [];
  let { lines: sections, loosens } = diffSections(before, after);
  for (const operation of catalog.operations) {
    const was = outlook(before, operation, unseen.before.has(operation.id));
    const is = outlook(after, operation, unseen.after.has(operation.id));
    for (const verdict of VERDICTS) {
      const isUsual = verdict === is.usual;
      if (!(isUsual ? verdict !== was.usual : isNewlyPossible(verdict, was, is))) continue;
      put(newly[verdict], operation, isUsual ? "always" : "under_conditions");
      // Asked instead of denied is laxer, asked instead of allowed is not.
      loosens ||= strictness(verdict) < strictness(was.usual);
    }
    if (isLifted(was, is)) lifted.push(operation.id);
  }
  return { newly, lifted, sections, loosens: loosens || lifted.length > 0 };
}

function put(shift: Shift, operation: Operation, how: "always" | "under_conditions"): void {
  shift[how].push(operation.id);
  if (operation.effect.reversible === "no") shift.irreversible.push(operation.id);
}

const strictness = (verdict: Verdict): number => VERDICTS.indexOf(verdict);
const conditionsOf = ({ conditional }: Outlook, verdict: Verdict): Set<string> =>
  new Set(conditional.filter(({ effect }) => effect === verdict).map(textOf));

function textOf({ effect, where }: Rule): string {
  return canonicalJson({ effect, where: (where ?? {}) as Json });
}

/** Whether some condition leads to the verdict now that did not before. */
function isNewlyPossible(verdict: Verdict, was: Outlook, is: Outlook): boolean {
  if (!is.possible.includes(verdict)) return false;
  if (!was.possible.includes(verdict)) return true;
  const known = conditionsOf(was, verdict);
  return was.usual !== verdict && [...conditionsOf(is, verdict)].some((text) => !known.has(text));
}

/** Whether a condition that was stricter than what may hold without it is gone. */
function isLifted(was: Outlook, is: Outlook): boolean {
  const laxest = is.possible[0] ?? is.usual;
  return VERDICTS.some((verdict) => {
    if (strictness(verdict) <= strictness(laxest) || !was.possible.includes(verdict)) return false;
    const now = conditionsOf(is, verdict);
    return [...conditionsOf(was, verdict)].some((text) => !now.has(text));
  });
}

function diffSections(before: Policy, after: Policy): { lines: string[]; loosens: boolean } {
  const lines: string[] = [];
  let loosens = false;
  const tell = (line: string, isLaxer: boolean): void => {
    lines.push(line);
    loosens ||= isLaxer;
  };
  if (before.preset !== after.preset) tell(`The preset is ${after.preset}, before ${before.preset}.`, false);
  for (const [name, was, is] of limitsOf(before.caps, after.caps)) {
    const unset = name === "pending_approvals.each_agent.at_once" ? PENDING_EACH_AGENT : Infinity;
    if (was !== is) tell(`The cap ${name} is ${is ?? "gone"}, before ${was ?? "none"}.`, (is ?? unset) > (was ?? unset));
  }
  const added = after.egress.hosts.filter((host) => !before.egress.hosts.includes(host));
  const removed = before.egress.hosts.filter((host) => !after.egress.hosts.includes(host));
  if (added.length > 0) tell(`Addresses may point at ${added.join(", ")} without being asked.`, true);
  if (removed.length > 0) tell(`Addresses at ${removed.join(", ")} are asked.`, false);
  for (const [name, was, is, isLaxer] of plainSettings(before, after))
    if (was !== is) tell(`${name} is ${is ?? "off"}, before ${was ?? "off"}.`, isLaxer);
  return { lines, loosens };
}

/** Every limit of the caps, by a name such as `sends.each_agent.per_day`. */
function limitsOf(before: Caps, after: Caps): [name: string, was: number | undefined, is: number | undefined][] {
  const flat = (caps: Caps): Map<string, number> => {
    const found = new Map<string, number>();
    const walk = (value: unknown, name: string): void => {
      if (typeof value === "number") found.set(name, value);
      else for (const [key, inner] of Object.entries(value ?? {})) walk(inner, `${name}.${key}`);
    };
    for (const name of [...CAP_NAMES, "pending_approvals"] as const) walk(caps[name], name);
    return found;
  };
  const [was, is] = [flat(before), flat(after)];
  return [...new Set([...was.keys(), ...is.keys()])].map((name) => [name, was.get(name), is.get(name)]);
}

const SHOWN = ["hide", "token", "show"];

function plainSettings(
  before: Sections,
  after: Sections,
): [name: string, was: string | number | null, is: string | number | null, isLaxer: boolean][] {
  const privacy = (["email", "phone_number", "names"] as const).map((name): [string, string, string, boolean] => {
    const [was, is] = [before.privacy[name], after.privacy[name]];
    return [`privacy.${name}`, was, is, SHOWN.indexOf(is) > SHOWN.indexOf(was)];
  });
  const { free_text: text } = after.privacy;
  return [
    ...privacy,
    ["privacy.free_text", before.privacy.free_text, text, text === "show"],
    ["hold.sends_seconds", before.hold.sends_seconds, after.hold.sends_seconds, after.hold.sends_seconds < before.hold.sends_seconds],
    [
      "elicitation.risk_at_most",
      before.elicitation.risk_at_most,
      after.elicitation.risk_at_most,
      (after.elicitation.risk_at_most ?? 0) > (before.elicitation.risk_at_most ?? 0),
    ],
    ["taint.minutes", before.taint.minutes, after.taint.minutes, after.taint.minutes < before.taint.minutes],
    ["good_for.hours", before.good_for.hours, after.good_for.hours, after.good_for.hours > before.good_for.hours],
  ];
}
