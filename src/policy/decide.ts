import type { Operation } from "../catalog/operation.ts";
import { FACT_NAMES, isUnknown, type FactName, type Facts } from "./facts.ts";
import { examine, missingFacts, selects, type Finding, type Situation } from "./match.ts";
import { strictest, type Decision, type Policy, type Rule, type Verdict } from "./policy.ts";
import { PRESET_VERDICTS, RISK_NAMES } from "./presets.ts";
import { isListedHost } from "./sections.ts";

/** A decision with everything that it rests on. */
export interface Ruled extends Decision {
  /** How the conditions of the rules that select the operation came out. */
  findings: Finding[];
  /** The preset alone, rules, or a floor that neither can loosen. */
  basis: "preset" | "rules" | "floor";
}

/**
 * Decides one call, from nothing but what it is given. Rules that match decide, the strictest of them whatever their order; without one the preset does.
 * A rule of which it cannot be told whether it matches counts as `deny`. What no rule can loosen: `locked` denies every write, an operation that the owner has
 * not seen is denied, an address outside of `egress.hosts` is at least asked, and so is risk 5.
 */
export function decide(policy: Policy, operation: Operation, situation: Situation, isUnseen = false): Ruled {
  const { risk } = operation.effect;
  const preset = byPreset(policy, operation);
  if (risk > 0 && policy.preset === "locked") return { ...preset, findings: [], basis: "preset" };
  if (risk > 0 && isUnseen) return { verdict: "deny", because: UNSEEN, rules: [], findings: [], basis: "floor" };
  const { decision, findings } = byRules(policy, operation, situation);
  const ruled: Ruled = { ...(decision ?? preset), findings, basis: decision ? "rules" : "preset" };
  const floor = ruled.verdict === "allow" && risk > 0 ? floorOf(policy, operation, situation.facts) : undefined;
  return floor === undefined ? ruled : { ...ruled, verdict: "ask", because: `${ruled.because} ${floor}`, basis: "floor" };
}

const UNSEEN =
  "The operation is new in the catalog, or of another class than before, and the owner has not taken it in (halyard policy accept).";

function byPreset({ preset }: Policy, { effect: { risk } }: Operation): Decision {
  const verdict = PRESET_VERDICTS[preset][risk];
  return { verdict, because: `The preset "${preset}" says ${verdict} to risk ${risk} (${RISK_NAMES[risk]}).`, rules: [] };
}

function byRules(policy: Policy, operation: Operation, situation: Situation): { decision?: Decision; findings: Finding[] } {
  const examined = rulesFor(policy, operation).map((rule) => ({ rule, ...examine(rule, operation, situation) }));
  const findings = examined.flatMap((one) => one.findings);
  const matching = examined.filter(({ truth }) => truth !== "fails");
  if (matching.length === 0) return { findings };
  const verdictOf = ({ rule, truth }: (typeof matching)[number]): Verdict => (truth === "unknown" ? "deny" : rule.effect);
  const verdict = strictest(matching.map(verdictOf));
  const deciding = matching.filter((one) => verdictOf(one) === verdict);
  const said = deciding.filter(({ truth }) => truth === "holds").map(({ rule }) => rule.id);
  const unclear = deciding.filter(({ truth }) => truth === "unknown").map(({ rule }) => rule.id);
  const because = [...(said.length > 0 ? [`${named(said)} ${verdict}.`] : []), ...unclear.map((id) => unclearOf(id, findings))].join(" ");
  return { decision: { verdict, because, rules: matching.map(({ rule }) => rule.id) }, findings };
}

/** The rules that speak of an operation. Nobody is asked for a read: rules that ask speak of the writes that they select. */
export function rulesFor({ rules }: Policy, operation: Operation): Rule[] {
  return rules.filter((rule) => selects(rule, operation) && !(operation.effect.risk === 0 && rule.effect === "ask"));
}

function named(ids: string[]): string {
  const list = ids.map((id) => `"${id}"`).join(", ");
  return ids.length === 1 ? `The rule ${list} says` : `The rules ${list} say`;
}

function unclearOf(id: string, findings: Finding[]): string {
  const causes = findings.filter(({ rule, truth }) => rule === id && truth === "unknown").map(({ path, unknown }) => `${path}: ${unknown}`);
  return `Whether the rule "${id}" holds cannot be told (${causes.join("; ")}), so it counts as deny.`;
}

/** Why a call that rules or preset allow is asked all the same. */
function floorOf({ egress }: Policy, { effect }: Operation, facts: Facts): string | undefined {
  if (effect.risk === 5) return `Risk 5 (${RISK_NAMES[5]}) is always asked.`;
  const hosts = facts.host;
  if (hosts === undefined || isUnknown(hosts)) return "Where its addresses point cannot be told, so it is asked.";
  const outside = [hosts].flat().filter((host) => !isListedHost(egress.hosts, String(host)));
  return outside.length === 0 ? undefined : "It holds an address on a host that egress.hosts does not list, so it is asked.";
}

/** Facts that this call's decision waits for: none where it is settled without them. */
export function wantedFacts(policy: Policy, operation: Operation, situation: Situation): FactName[] {
  const { risk } = operation.effect;
  if (risk > 0 && policy.preset === "locked") return [];
  const rules = rulesFor(policy, operation);
  const isSettled = rules.some((rule) => rule.effect === "deny" && examine(rule, operation, situation).truth === "holds");
  if (isSettled) return [];
  const wanted = new Set(rules.flatMap((rule) => missingFacts(rule, operation, situation)));
  return FACT_NAMES.filter((name) => wanted.has(name));
}
