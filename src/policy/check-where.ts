import type { Operation } from "../catalog/operation.ts";
import type { Violation } from "../lib/errors.ts";
import { ARGUMENT_PREFIX, leafAt, membersAt, stepsOf, type LeafType } from "./argument-path.ts";
import { contradictionOf, PREDICATES, truthOf, type Condition, type Predicate } from "./condition.ts";
import { suggestion } from "./document.ts";
import { FACT_NAMES, factKind, isFactName, WEEKDAYS, type FactName, type Scalar, type ValueType } from "./facts.ts";

type Where = Record<string, Condition>;

/** What may stand in a condition: the kinds of value, and the only texts where they are known. */
interface Expected {
  types: ValueType[];
  isNullable: boolean;
  values: Iterable<string> | undefined;
}

/** Checks conditions against the operations that their rule selects; paths of violations are relative to `where`. Gives the conditions in the form in which facts are compared. */
export function checkWhere(where: Where, selected: Operation[]): { where: Where; violations: Violation[] } {
  const violations: Violation[] = [];
  const checked = Object.entries(where).map(([path, written]): [string, Condition] => {
    const complain = (message: string): void => void violations.push({ path, message });
    const condition = isFactName(path) && factKind(path).lower ? lowered(written) : written;
    const expected = isFactName(path) ? ofFact(path, selected, complain) : ofArgument(path, selected, complain);
    if (expected) {
      const wrong = wrongOf(condition, expected) ?? contradictionOf(condition) ?? emptinessOf(condition, expected);
      if (wrong !== undefined) complain(wrong);
    }
    return [path, condition];
  });
  return { where: Object.fromEntries(checked), violations };
}

function ofFact(name: FactName, selected: Operation[], complain: (message: string) => void): Expected | undefined {
  const { type, values, of } = factKind(name);
  if (of && !selected.some(of)) {
    complain("can be said of none of the operations that the rule selects, so the rule would do nothing");
    return undefined;
  }
  return { types: [type], isNullable: false, values: type === "weekday" ? WEEKDAYS : values };
}

function ofArgument(path: string, selected: Operation[], complain: (message: string) => void): Expected | undefined {
  if (!path.startsWith(ARGUMENT_PREFIX)) {
    const isArgument = selected.some((operation) => leafAt(operation, ARGUMENT_PREFIX + path));
    complain(`is not a fact${isArgument ? `; the argument is written "${ARGUMENT_PREFIX}${path}"` : suggestion(path, FACT_NAMES)}`);
    return undefined;
  }
  const leaves = selected.flatMap((operation) => leafAt(operation, path) ?? []);
  if (leaves.length === 0) {
    complain(`is an argument of none of the operations that the rule selects${nearPath(path, selected)}`);
    return undefined;
  }
  const types = new Set(leaves.flatMap((leaf) => [...leaf.types]));
  const named = TYPES.flatMap(([leaf, type]) => (types.has(leaf) ? [type] : []));
  if (named.length === 0) {
    complain(noSingleValue(path, types));
    return undefined;
  }
  const texts = leaves.map(({ values }) => values);
  return {
    types: named,
    isNullable: types.has("null"),
    values: texts.every((values) => values !== undefined) ? texts.flatMap((values) => [...values]) : undefined,
  };
}

const TYPES: [LeafType, ValueType][] = [
  ["text", "text"],
  ["integer", "integer"],
  ["flag", "flag"],
  ["any", "any"],
];

function noSingleValue(path: string, types: Set<LeafType>): string {
  if (types.has("list")) return `is a list; its items are written "${path}[]"`;
  if (types.has("object")) return "holds members, not a value; name one of them";
  if (types.has("number")) return "may hold fractions; conditions compare whole numbers only";
  return "can hold nothing but null";
}

/** The nearest path that exists: the first step that goes wrong is put right. */
function nearPath(path: string, selected: Operation[]): string {
  if (!stepsOf(path)) return ', or is not written as a path such as "args.profiles[].email"';
  const parts = path.split(".");
  for (let length = 2; length <= parts.length; length++) {
    const begun = parts.slice(0, length).join(".");
    if (selected.some((operation) => leafAt(operation, begun))) continue;
    const before = parts.slice(0, length - 1).join(".");
    const known = new Set(selected.flatMap((operation) => membersAt(operation, before)));
    const word = (parts[length - 1] ?? "").replaceAll("[]", "");
    if (known.has(word)) return `; "${before}.${word}" is no list`;
    if (selected.some((operation) => leafAt(operation, `${before}[].${word}`))) return `; did you mean "${before}[].${word}"?`;
    return suggestion(word, known, `${before}.`);
  }
  return "";
}

function wrongOf(condition: Condition, expected: Expected): string | undefined {
  const allowed = new Set(expected.types.flatMap((type) => PREDICATES[type]));
  for (const [name, said] of Object.entries(condition) as [Predicate, Condition[Predicate]][]) {
    if (said === undefined) continue;
    if (!allowed.has(name)) return `${name} cannot be said of ${typeNames(expected)}`;
    const values: Scalar[] = [said].flat();
    for (const value of values) {
      const wrong = wrongValue(value, name, expected);
      if (wrong !== undefined) return wrong;
    }
  }
  return undefined;
}

function wrongValue(value: Scalar, predicate: Predicate, { types, isNullable, values }: Expected): string | undefined {
  if (types.includes("any")) return undefined;
  if (value === null) return isNullable ? undefined : "is never null";
  const fits = types.some((type) => {
    if (type === "integer") return typeof value === "number";
    if (type === "flag") return typeof value === "boolean";
    return typeof value === "string";
  });
  if (!fits) return `${JSON.stringify(value)} is not ${typeNames({ types })}`;
  const isWhole = predicate === "equals" || predicate === "in" || predicate === "not_in";
  if (values && isWhole && typeof value === "string" && ![...values].includes(value))
    return `never is ${JSON.stringify(value)}${suggestion(value, values)}`;
  return undefined;
}

/** Where the values are known: why none of them is left. */
function emptinessOf(condition: Condition, { types, isNullable, values }: Expected): string | undefined {
  const isListed = values !== undefined && !isNullable && types.every((type) => type === "text" || type === "weekday");
  if (!isListed || [...values].some((value) => truthOf(condition, [value], "allow") === "holds")) return undefined;
  return "none of the values that there are fulfils it";
}

const TYPE_NAMES: Record<ValueType, string> = {
  integer: "a whole number",
  text: "a text",
  flag: "true or false",
  time: "a time of day",
  weekday: `a day (${WEEKDAYS.join(", ")})`,
  any: "a value",
};

function typeNames({ types }: Pick<Expected, "types">): string {
  return types.map((type) => TYPE_NAMES[type]).join(" or ");
}

/** Hosts and statuses are compared in lower case. */
export function lowered(condition: Condition): Condition {
  const lower = (value: unknown): unknown =>
    typeof value === "string" ? value.toLowerCase() : Array.isArray(value) ? value.map(lower) : value;
  return Object.fromEntries(Object.entries(condition).map(([name, value]) => [name, lower(value)]));
}
