import { maybe, listOf, plain, taking, type Filter } from "./filter.ts";
import { compare, float, numberOf, textOf, type Value } from "./values.ts";

/** What is no number counts as 0 in arithmetic (behaviour.md §2.12: multiply gives 0.0). */
const asNumber = (value: Value): number => numberOf(value) ?? 0;

function arithmetic(compute: (a: number, b: number) => number): Filter {
  return taking((input, argument) => {
    const result = compute(asNumber(input), asNumber(argument));
    return float(Number.isFinite(result) ? result : 0);
  });
}

function rounding(round: (number: number) => number): Filter {
  return maybe((input, argument) => {
    const scale = 10 ** placesOf(argument, 0);
    // The product of binary fractions strays in its last digits: 5.13 * 100 must not be rounded up to 514.
    return float(round(Number((asNumber(input) * scale).toPrecision(14))) / scale);
  });
}

function comparison(holds: (order: number) => boolean): Filter {
  return taking((input, argument) => {
    const order = compare(numberOf(input) ?? input, numberOf(argument) ?? argument);
    return order !== undefined && holds(order);
  });
}

function placesOf(argument: Value, fallback: number): number {
  return Math.max(-20, Math.min(20, Math.trunc(numberOf(argument) ?? fallback)));
}

/** Django's floatformat: -1 (the default) keeps one place unless it is zero. */
function floatformat(input: Value, argument: Value): Value {
  const number = numberOf(input);
  if (number === undefined) return "";
  const places = placesOf(argument, -1);
  const fixed = roundHalfUp(number, Math.abs(places));
  return places < 0 && Number(fixed) === Math.trunc(Number(fixed)) ? roundHalfUp(number, 0) : fixed;
}

function roundHalfUp(number: number, places: number): string {
  const shifted = Number(`${Math.abs(number)}e${places}`);
  const rounded = Number.isFinite(shifted) ? Number(`${Math.round(shifted)}e-${places}`) : Math.abs(number);
  return `${number < 0 && rounded !== 0 ? "-" : ""}${rounded.toFixed(places)}`;
}

const plus = arithmetic((a, b) => a + b);
const minus = arithmetic((a, b) => a - b);
const modulo = arithmetic((a, b) => (b === 0 ? 0 : a - b * Math.floor(a / b)));

/** The numeric filters of Klaviyo's glossary (behaviour.md §2.12) and Django's own. */
export const NUMBER_FILTERS: Record<string, Filter> = {
  abs: plain((input) => (typeof input === "number" ? Math.abs(input) : float(Math.abs(asNumber(input))))),
  at_least: taking((input, argument) => (asNumber(input) < asNumber(argument) ? argument : input)),
  at_most: taking((input, argument) => (asNumber(input) > asNumber(argument) ? argument : input)),
  ceil: rounding(Math.ceil),
  floor: rounding(Math.floor),
  // The glossary's example is 5.05 to 6.0: up, not to the nearest.
  round: rounding(Math.ceil),
  round_up: rounding(Math.ceil),
  round_down: rounding(Math.floor),
  divide: arithmetic((a, b) => a / b),
  multiply: arithmetic((a, b) => a * b),
  floatadd: plus,
  plus,
  floatsub: minus,
  minus,
  modulo,
  remainder: modulo,
  floatformat: maybe(floatformat),
  percentize: maybe((input, argument) => `${roundHalfUp(asNumber(input) * 100, Math.max(0, placesOf(argument, 0)))}%`),
  sum_list: plain((input) => float(listOf(input).reduce<number>((sum, each) => sum + asNumber(each), 0))),
  gt: comparison((order) => order > 0),
  gte: comparison((order) => order >= 0),
  lt: comparison((order) => order < 0),
  lte: comparison((order) => order <= 0),
  // Django adds whole numbers, else joins what can be joined.
  add: taking((input, argument) => {
    const [a, b] = [numberOf(input), numberOf(argument)];
    if (a !== undefined && b !== undefined) return Math.trunc(a) + Math.trunc(b);
    if (Array.isArray(input) && Array.isArray(argument)) return [...input, ...argument];
    return typeof input === "object" && input === null ? "" : textOf(input) + textOf(argument);
  }),
  divisibleby: taking((input, argument) => asNumber(argument) !== 0 && Math.trunc(asNumber(input)) % Math.trunc(asNumber(argument)) === 0),
  get_digit: taking((input, argument) => {
    const [digits, place] = [textOf(input), asNumber(argument)];
    return /^\d+$/.test(digits) && place >= 1 ? Number(digits.at(-place) ?? 0) : input;
  }),
  filesizeformat: plain((input) => {
    const units = ["KB", "MB", "GB", "TB"];
    let [size, unit] = [asNumber(input), ""];
    if (size < 1024) return `${Math.trunc(size)} byte${Math.trunc(size) === 1 ? "" : "s"}`;
    for (const next of units) if (size >= 1024) [size, unit] = [size / 1024, next];
    return `${size.toFixed(1)} ${unit}`;
  }),
};
