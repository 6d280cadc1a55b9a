import type { FilterClause, FilterValue } from "../../catalog/filter.ts";
import { parseIso } from "../../lib/clock.ts";
import type { FilterRead } from "./declare.ts";

type Scalar = string | number | boolean | null;

/** Turns a condition into a test of what a row reads as. A row that reads as a list passes when one of its values does. */
export function matcher({ operator, value }: FilterClause): (actual: FilterRead) => boolean {
  if (operator === "has")
    return (actual) => actual !== undefined && actual !== null && actual !== "" && !(Array.isArray(actual) && actual.length === 0);
  const test = operator === "contains-all" ? allOf(scalars(value)) : someOf(operator, scalars(value));
  return (actual) => {
    if (actual === undefined) return false;
    return test(typeof actual === "object" && actual !== null ? actual : [actual]);
  };
}

function scalars(value: FilterValue): Scalar[] {
  if (Array.isArray(value)) return value.flatMap(scalars);
  if (value === undefined) return [];
  return [typeof value === "object" && value !== null ? value.datetime : value];
}

function allOf(wanted: Scalar[]): (actual: readonly Scalar[]) => boolean {
  return (actual) => wanted.every((one) => actual.some((each) => same(each, one)));
}

function someOf(operator: string, wanted: Scalar[]): (actual: readonly Scalar[]) => boolean {
  const compare = COMPARE[operator];
  if (!compare) throw new Error(`No filter operator ${operator}`);
  return (actual) => actual.some((each) => wanted.some((one) => compare(each, one)));
}

const COMPARE: Record<string, (actual: Scalar, wanted: Scalar) => boolean> = {
  equals: same,
  any: same,
  contains: textual((actual, wanted) => actual.includes(wanted)),
  "contains-any": same,
  "starts-with": textual((actual, wanted) => actual.startsWith(wanted)),
  "ends-with": textual((actual, wanted) => actual.endsWith(wanted)),
  "less-than": ordered((actual, wanted) => actual < wanted),
  "less-or-equal": ordered((actual, wanted) => actual <= wanted),
  "greater-than": ordered((actual, wanted) => actual > wanted),
  "greater-or-equal": ordered((actual, wanted) => actual >= wanted),
};

function textual(test: (actual: string, wanted: string) => boolean): (actual: Scalar, wanted: Scalar) => boolean {
  return (actual, wanted) => typeof actual === "string" && typeof wanted === "string" && test(actual, wanted);
}

function ordered(test: (actual: number, wanted: number) => boolean): (actual: Scalar, wanted: Scalar) => boolean {
  return (actual, wanted) => {
    const [left, right] = [measure(actual), measure(wanted)];
    return left !== undefined && right !== undefined && test(left, right);
  };
}

function same(actual: Scalar, wanted: Scalar): boolean {
  if (actual === wanted) return true;
  // Times are kept as numbers and asked for as texts.
  return typeof actual === "number" && typeof wanted === "string" && measure(wanted) === actual;
}

function measure(value: Scalar): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" ? parseIso(value) : undefined;
}
