const KIND = Symbol("kind");

/** Text that is HTML already, so that escaping leaves it alone. */
export interface SafeText {
  readonly [KIND]: "safe";
  readonly text: string;
}

/** A number that Klaviyo's arithmetic made: written with a point even when whole (`6.0`). */
export interface Float {
  readonly [KIND]: "float";
  readonly number: number;
}

/** A point in time with the offset under which it is shown. */
export interface Moment {
  readonly [KIND]: "moment";
  readonly atMs: number;
  readonly offsetMs: number;
}

/** What an expression can come to. `undefined` is a variable that is not there. */
export type Value = undefined | null | boolean | number | string | SafeText | Float | Moment | readonly Value[] | Values;
export interface Values {
  readonly [key: string]: Value;
}

export const safe = (text: string): SafeText => ({ [KIND]: "safe", text });
/** Sixteen digits show what binary fractions hide (`1.1 - 1`), twelve do not. */
export const float = (number: number): Float => ({ [KIND]: "float", number: Number(number.toPrecision(12)) });
export const moment = (atMs: number, offsetMs: number): Moment => ({ [KIND]: "moment", atMs, offsetMs });

function kindOf(value: Value): "safe" | "float" | "moment" | undefined {
  return typeof value === "object" && value !== null && KIND in value ? value[KIND] : undefined;
}

export const isSafe = (value: Value): value is SafeText => kindOf(value) === "safe";
export const isMoment = (value: Value): value is Moment => kindOf(value) === "moment";
export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
export const isValues = (value: Value): value is Values =>
  typeof value === "object" && value !== null && !isList(value) && kindOf(value) === undefined;

/** The text as Python would print it: `True`, `None`, `6.0`, `['a', 1]`; nothing for what is not there. */
export function textOf(value: Value): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  if (isSafe(value)) return value.text;
  return literalOf(value);
}

function literalOf(value: Value): string {
  if (value === undefined || value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return quoted(value);
  if (isSafe(value)) return quoted(value.text);
  if (isMoment(value)) return isoOf(value).replace("T", " ");
  if (isList(value)) return `[${value.map(literalOf).join(", ")}]`;
  if (isValues(value))
    return `{${Object.entries(value)
      .map(([key, each]) => `${quoted(key)}: ${literalOf(each)}`)
      .join(", ")}}`;
  return Number.isInteger(value.number) && Math.abs(value.number) < 1e16 ? `${value.number}.0` : String(value.number);
}

function quoted(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  return `${mark}${text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll(mark, `\\${mark}`)}${mark}`;
}

/** `2026-07-15T10:00:00+00:00` under the moment's own offset. */
export function isoOf({ atMs, offsetMs }: Moment): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const offset = `${offsetMs < 0 ? "-" : "+"}${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  return `${new Date(atMs + offsetMs).toISOString().slice(0, 19)}${offset}`;
}

/** The number that a value is or spells, as Python's `float()` reads it. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (kindOf(value) === "float") return (value as Float).number;
  const text = typeof value === "string" ? value : isSafe(value) ? value.text : "";
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : undefined;
}

/** Python's truth: zero, empty texts, lists and objects are false. */
export function isTruthy(value: Value): boolean {
  if (value === undefined || value === null) return false;
  if (isList(value)) return value.length > 0;
  if (isSafe(value)) return value.text !== "";
  if (isMoment(value)) return true;
  if (isValues(value)) return Object.keys(value).length > 0;
  return kindOf(value) === "float" ? (value as Float).number !== 0 : Boolean(value);
}

type Plain = null | boolean | number | string | readonly Value[] | Values;

/** Without the wrappings that only matter for printing. */
function plain(value: Value): Plain {
  if (value === undefined) return null;
  if (isSafe(value)) return value.text;
  if (isMoment(value)) return value.atMs;
  return kindOf(value) === "float" ? (value as Float).number : (value as Plain);
}

export function isEqual(a: Value, b: Value): boolean {
  const [left, right] = [plain(a), plain(b)];
  if (isList(left) && isList(right)) return left.length === right.length && left.every((each, i) => isEqual(each, right[i]));
  if (isValues(left) && isValues(right)) return isEqual(Object.entries(left).flat(), Object.entries(right).flat());
  // True equals 1 in Python.
  return typeof left === "boolean" && typeof right === "number" ? Number(left) === right : left === right;
}

/** Negative, zero or positive; undefined where Python would refuse to compare. */
export function compare(a: Value, b: Value): number | undefined {
  const [left, right] = [plain(a), plain(b)];
  if (typeof left === "string" && typeof right === "string") return left < right ? -1 : left > right ? 1 : 0;
  const [leftNumber, rightNumber] = [left, right].map((each) => (typeof each === "boolean" ? Number(each) : each));
  return typeof leftNumber === "number" && typeof rightNumber === "number" ? leftNumber - rightNumber : undefined;
}

/** Whether `item` is in a list, a key of an object or a part of a text. */
export function contains(container: Value, item: Value): boolean {
  const outer = plain(container);
  if (isList(outer)) return outer.some((each) => isEqual(each, item));
  const inner = plain(item);
  if (typeof inner !== "string") return false;
  return typeof outer === "string" ? outer.includes(inner) : isValues(outer) && Object.hasOwn(outer, inner);
}

/** What a loop walks over: items of a list, keys of an object, characters of a text. */
export function itemsOf(value: Value): readonly Value[] {
  if (isList(value)) return value;
  if (isValues(value)) return Object.keys(value);
  return typeof value === "string" || isSafe(value) ? [...textOf(value)] : [];
}

/** One step of a path: a member, an index, or `items`, `keys` and `values` of an object that has no such member. */
export function memberOf(value: Value, name: string): Value {
  if (isValues(value)) {
    if (Object.hasOwn(value, name)) return value[name];
    if (name === "items") return Object.entries(value);
    if (name === "keys") return Object.keys(value);
    return name === "values" ? Object.values(value) : undefined;
  }
  if (!/^-?\d{1,9}$/.test(name)) return undefined;
  const items = isList(value) ? value : typeof value === "string" ? [...value] : [];
  return items.at(Number(name));
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (mark) => ESCAPES[mark] ?? mark);
}
