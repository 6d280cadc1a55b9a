import { keepingSafe, listOf, maybe, plain, taking, type Filter } from "./filter.ts";
import { templateFailure } from "./failure.ts";
import {
  compare,
  escapeHtml,
  isEqual,
  isList,
  isSafe,
  isTruthy,
  isValues,
  itemsOf,
  memberOf,
  numberOf,
  safe,
  textOf,
  type Value,
} from "./values.ts";

const length = plain((input) => (isValues(input) ? Object.keys(input).length : itemsOf(input).length));

/** `a.b` of an item; the item itself without a key. */
const keyed = (item: Value, key: string): Value =>
  key === "" ? item : key.split(".").reduce<Value>((value, part) => memberOf(value, part), item);

function sorted(input: Value, key: string, read: (value: Value) => Value = (value) => value): Value {
  // Values of different kinds keep their places: Python would refuse, Klaviyo's lists seldom mix.
  return [...listOf(input)].sort((a, b) => compare(read(keyed(a, key)), read(keyed(b, key))) ?? 0);
}

/** Python's slice, `":2"`, `"1:"`, `"-2:"`, `"::2"`. */
function slice(input: Value, argument: string): Value {
  const bounds = argument.split(":").map((part) => (part.trim() === "" ? undefined : Number(part)));
  if (bounds.some((bound) => bound !== undefined && !Number.isInteger(bound)) || bounds.length > 3) return input;
  const [first, last, step = 1] = bounds.length === 1 ? [0, bounds[0]] : bounds;
  if (step < 1) return input;
  const items = isList(input) ? input : [...textOf(input)];
  const kept = items.slice(first, last).filter((_, i) => i % step === 0);
  return isList(input) ? kept : kept.map(textOf).join("");
}

const OPERATORS: Record<string, (order: number | undefined, same: boolean) => boolean> = {
  "<": (order) => order !== undefined && order < 0,
  "<=": (order) => order !== undefined && order <= 0,
  "=>": (order) => order !== undefined && order >= 0,
  ">=": (order) => order !== undefined && order >= 0,
  ">": (order) => order !== undefined && order > 0,
  "!=": (_, same) => !same,
  "==": (_, same) => same,
  "=": (_, same) => same,
};

/** Items whose member holds against the value: `a>2`, `name=x`. Numbers are compared as numbers. */
function where(input: Value, condition: string): Value {
  const [, key = "", sign = "", wanted = ""] = /^\s*([\w.$ ]+?)\s*(<=|=>|>=|==|!=|<|>|=)\s*(.*)$/.exec(condition) ?? [];
  const holds = OPERATORS[sign];
  if (!holds) return templateFailure(`'${condition}' is not a condition such as 'name=a'.`);
  return listOf(input).filter((item) => {
    const actual = keyed(item, key);
    const [left, right] = [numberOf(actual), numberOf(wanted)];
    const order = left !== undefined && right !== undefined ? left - right : compare(actual, wanted);
    return holds(order, order === undefined ? isEqual(actual, wanted) : order === 0);
  });
}

function unique(input: Value, key: string): Value {
  const kept: Value[] = [];
  const seen: Value[] = [];
  for (const item of listOf(input)) {
    const mark = keyed(item, key);
    if (seen.some((each) => isEqual(each, mark))) continue;
    seen.push(mark);
    kept.push(item);
  }
  return kept;
}

function listText(input: Value): string {
  const items = listOf(input).map(textOf);
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1) ?? ""}`;
}

const dictsort = (turn: (list: readonly Value[]) => readonly Value[]): Filter =>
  taking((input, argument) => turn(listOf(sorted(input, textOf(argument)))));
const missingImage = (fallback: string): Filter =>
  maybe((input, argument) => (isTruthy(input) ? input : isTruthy(argument) ? argument : fallback));

/** The list filters of Klaviyo's glossary (behaviour.md §2.12), Django's own, and those for any value. */
export const LIST_FILTERS: Record<string, Filter> = {
  count: length,
  length,
  size: length,
  compact: plain((input) => listOf(input).filter((each) => each !== null && each !== undefined)),
  // On texts it appends (the glossary has it among both).
  concat: taking((input, argument) =>
    isList(input) ? [...input, ...(isList(argument) ? argument : [argument])] : textOf(input) + textOf(argument),
  ),
  join: maybe((input, argument, scope) => {
    const print = (each: Value): string => (isSafe(each) || !scope.escapes ? textOf(each) : escapeHtml(textOf(each)));
    return isList(input) ? safe(input.map(print).join(argument === undefined ? " " : print(argument))) : input;
  }),
  list_to_string: plain(listText),
  list_where: taking((input, argument) => where(input, textOf(argument))),
  dictfilter: taking((input, argument) => where(input, textOf(argument))),
  map: taking((input, argument) => listOf(input).map((item) => keyed(item, textOf(argument)))),
  reverse: plain((input) => (isList(input) ? input.toReversed() : [...textOf(input)].toReversed().join(""))),
  slice: keepingSafe(taking((input, argument) => slice(input, typeof argument === "number" ? `:${argument}` : textOf(argument)))),
  sort: maybe((input, argument) => sorted(input, textOf(argument))),
  sort_natural: maybe((input, argument) => sorted(input, textOf(argument), (value) => textOf(value).toLowerCase())),
  uniq: maybe((input, argument) => unique(input, textOf(argument))),
  first: plain((input) => itemsOf(input)[0]),
  last: keepingSafe(plain((input) => itemsOf(input).at(-1))),
  dictsort: dictsort((list) => list),
  dictsortreversed: dictsort((list) => list.toReversed()),
  default: taking((input, argument) => (isTruthy(input) ? input : argument)),
  default_if_none: taking((input, argument) => (input === null ? argument : input)),
  lookup: taking((input, argument) => memberOf(input, textOf(argument))),
  safe: plain((input) => safe(textOf(input))),
  missing_image: missingImage("https://www.example.com/missing-image.png"),
  missing_product_image: missingImage("https://www.example.com/missing-product-image.png"),
  yesno: maybe((input, argument) => {
    const [yes = "yes", no = "no", none = no] = (argument === undefined ? "yes,no,maybe" : textOf(argument)).split(",");
    return input === null ? none : isTruthy(input) ? yes : no;
  }),
  pluralize: maybe((input, argument) => {
    const endings = (argument === undefined ? "s" : textOf(argument)).split(",");
    const [one, many] = endings.length > 1 ? endings : ["", endings[0]];
    const count = numberOf(input) ?? itemsOf(input).length;
    return count === 1 ? one : many;
  }),
};
