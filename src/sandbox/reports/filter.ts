import { parseFilter, type FilterClause } from "../../catalog/filter.ts";
import { HalyardError } from "../../lib/errors.ts";
import type { Json } from "../../lib/json.ts";
import { textOf } from "../engine/input.ts";
import { matcher } from "../engine/matches.ts";
import { wrong } from "../metrics/aggregate-filters.ts";

/** What is known of that which events are counted for, by attribute: all that can be grouped or filtered by. */
export type Facts = Record<string, string | string[] | null>;

export interface FilterRule {
  operators: readonly string[];
  /** The only values that are allowed. */
  values?: readonly string[];
}

/** Reads the filter of a report: attributes, operators and values of the rules, each attribute once, joined by AND (documented). */
export function readFilter(value: Json | undefined, rules: Record<string, FilterRule>): (facts: Facts) => boolean {
  const text = textOf(value) ?? "";
  const clauses = text === "" ? [] : parsed(text);
  const seen = new Set<string>();
  for (const clause of clauses) {
    check(clause, rules);
    if (seen.has(clause.field)) wrong("filter", `Only one filter can be used for '${clause.field}'.`);
    seen.add(clause.field);
  }
  const tests = clauses.map((clause) => ({ field: clause.field, passes: matcher(clause) }));
  return (facts) => tests.every(({ field, passes }) => passes(facts[field]));
}

function check({ operator, field, value }: FilterClause, rules: Record<string, FilterRule>): void {
  const rule =
    rules[field] ??
    wrong(
      "filter",
      `'${field}' is not a filterable field for this resource. The filterable fields on this resource are: ${Object.keys(rules).join(", ")}`,
    );
  if (!rule.operators.includes(operator))
    wrong("filter", `'${operator}' is not an allowed operator for '${field}'. It takes: ${rule.operators.join(", ")}`);
  const isList = Array.isArray(value);
  if (isList === (operator === "equals"))
    wrong("filter", `'${operator}' of '${field}' takes ${isList ? "one text" : 'a list, like ["a","b"]'}.`);
  for (const each of isList ? value : [value]) {
    if (typeof each !== "string") wrong("filter", `The value of '${field}' must be a text in quotes.`);
    else if (rule.values && !rule.values.includes(each))
      wrong("filter", `The value of '${field}' must be one of ${rule.values.join(", ")}.`);
  }
}

/** A list of more than 100 values, which is the documented maximum, cannot be read either. */
function parsed(text: string): FilterClause[] {
  try {
    return parseFilter(text);
  } catch (thrown) {
    if (!(thrown instanceof HalyardError)) throw thrown;
    return wrong("filter", `Invalid filter provided: ${thrown.violations[0]?.message ?? "it cannot be read"}.`);
  }
}
