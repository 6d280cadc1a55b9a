import type { Operation } from "../catalog/operation.ts";
import type { JsonObject } from "../lib/json.ts";
import { leafAt, valuesAt } from "./argument-path.ts";
import { NOTHING, truthOf, type Condition, type Truth, type Value } from "./condition.ts";
import { factKind, isFactName, isUnknown, type FactName, type Facts } from "./facts.ts";
import type { Rule } from "./policy.ts";

/** One call as a policy sees it: its canonical arguments, and what the gate found out by itself. */
export interface Situation {
  args: JsonObject;
  facts: Facts;
}

/** How one condition of a rule came out, and on which values. */
export interface Finding {
  rule: string;
  path: string;
  truth: Truth;
  values: (string | number | boolean | null)[];
  /** Why it could not be evaluated. */
  unknown?: string;
}

/** Whether every selector that the rule gives fits the operation. */
export function selects(rule: Rule, operation: Operation): boolean {
  const { id, area, effect } = operation;
  return (
    (rule.actions === undefined || rule.actions.includes(id)) &&
    (rule.areas === undefined || rule.areas.includes(area)) &&
    (rule.kinds === undefined || rule.kinds.includes(effect.kind)) &&
    (rule.risk === undefined || rule.risk.includes(effect.risk))
  );
}

/** Whether the conditions of a rule hold of a call to an operation that it selects, with a finding for each. Without conditions it holds. */
export function examine(rule: Rule, operation: Operation, situation: Situation): { truth: Truth; findings: Finding[] } {
  const findings = Object.entries(rule.where ?? {}).map(([path, condition]) => find(rule, path, condition, operation, situation));
  const truths = findings.map(({ truth }) => truth);
  // One condition that fails settles it: what could not be found out beside it does not matter.
  const truth = truths.includes("fails") ? "fails" : truths.includes("unknown") ? "unknown" : "holds";
  return { truth, findings };
}

function find(rule: Rule, path: string, condition: Condition, operation: Operation, { args, facts }: Situation): Finding {
  const seen = isFactName(path) ? factValues(path, operation, facts) : argumentValues(path, operation, args);
  if (!Array.isArray(seen)) return { rule: rule.id, path, truth: "unknown", values: [], unknown: seen.unknown };
  const truth = truthOf(condition, seen, rule.effect);
  const values = seen.filter((value) => value !== NOTHING);
  return {
    rule: rule.id,
    path,
    truth,
    values,
    ...(truth === "unknown" && { unknown: "it is not of the kind that the condition compares" }),
  };
}

function factValues(name: FactName, operation: Operation, facts: Facts): Value[] | { unknown: string } {
  if (!(factKind(name).of?.(operation) ?? true)) return [];
  const value = facts[name];
  if (value === undefined) return { unknown: "it was not looked up" };
  if (isUnknown(value)) return value;
  const values = Array.isArray(value) ? value : [value];
  return factKind(name).lower ? values.map((one) => (typeof one === "string" ? one.toLowerCase() : one)) : values;
}

function argumentValues(path: string, operation: Operation, args: JsonObject): Value[] | { unknown: string } {
  if (!leafAt(operation, path)) return [];
  return valuesAt(args, path) ?? { unknown: "it holds more than one value" };
}

/** Facts without which it cannot be told whether the rule holds: those that are worth looking up. */
export function missingFacts(rule: Rule, operation: Operation, situation: Situation): FactName[] {
  if (!selects(rule, operation)) return [];
  const { truth, findings } = examine(rule, operation, situation);
  if (truth !== "unknown") return [];
  return findings.map(({ path }) => path).filter((path) => isFactName(path) && situation.facts[path] === undefined) as FactName[];
}
