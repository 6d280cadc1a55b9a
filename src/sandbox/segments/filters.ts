import { parseIso } from "../../lib/clock.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import { arrayOf, textOf } from "../engine/input.ts";
import { dateTest, type Moment } from "./dates.ts";
import { dialCodesOf } from "./regions.ts";

export type ValueTest = (value: Json | undefined) => boolean;

/** Test of a value by any filter of the segment and custom-metric grammar. Negative operators are the exact opposite, so they pass what is not set. */
export function valueTest(filter: JsonObject, moment: Moment): ValueTest {
  const operator = textOf(filter["operator"]) ?? "";
  const value = filter["value"] ?? null;
  switch (filter["type"]) {
    case "existence":
      return operator === "is-set" ? isSet : (actual) => !isSet(actual);
    case "boolean":
      return (actual) => asBoolean(actual) === value;
    case "numeric":
      return numericTest(filter);
    case "date": {
      const test = dateTest(filter, moment);
      return (actual) => {
        const at = timeOf(actual);
        return at !== undefined && test(at);
      };
    }
    case "list":
      return negatable(operator, (plain) => listTest(plain, value));
    default:
      return negatable(operator, (plain) => stringTest(plain, value));
  }
}

function negatable(operator: string, testOf: (plain: string) => ValueTest): ValueTest {
  const negative = operator === "nregex" ? "regex" : operator.startsWith("not-") ? operator.slice(4) : operator.replace("-not-in", "-in");
  const test = testOf(negative);
  return negative === operator ? test : (actual) => !test(actual);
}

function isSet(actual: Json | undefined): boolean {
  return actual !== undefined && actual !== null && actual !== "";
}

function stringTest(operator: string, value: Json): ValueTest {
  const wanted = String(value ?? "");
  const texts =
    (test: (actual: string) => boolean): ValueTest =>
    (actual) => {
      const text = textValue(actual);
      return text !== undefined && test(text);
    };
  switch (operator) {
    case "equals":
      return value === null ? (actual) => !isSet(actual) : texts((actual) => actual === wanted);
    case "contains":
      return texts((actual) => actual.includes(wanted));
    case "starts-with":
      return texts((actual) => actual.startsWith(wanted));
    case "ends-with":
      return texts((actual) => actual.endsWith(wanted));
    case "regex": {
      const pattern = patternOf(wanted);
      // The cut bounds what a quadratic pattern costs; an exponential one holds the sandbox up all the same.
      return texts((actual) => pattern?.test(actual.slice(0, 256)) ?? false);
    }
    case "in": {
      const among = new Set(arrayOf(value).map(String));
      return texts((actual) => among.has(actual));
    }
    case "phone-country-code-in": {
      const codes = arrayOf(value).flatMap((country) => dialCodesOf(String(country)));
      return texts((actual) => codes.some((code) => actual.startsWith(code)));
    }
    default:
      return () => false;
  }
}

function listTest(operator: string, value: Json): ValueTest {
  const members =
    (test: (texts: string[]) => boolean): ValueTest =>
    (actual) =>
      test(listOf(actual));
  const wanted = String(value ?? "");
  const all = arrayOf(value).map(String);
  switch (operator) {
    case "contains":
      return members((texts) => texts.includes(wanted));
    case "contains-all":
      return members((texts) => all.every((each) => texts.includes(each)));
    case "contains-any":
      return members((texts) => all.some((each) => texts.includes(each)));
    case "contains-substring":
      return members((texts) => texts.some((text) => text.includes(wanted)));
    case "contains-starts-with":
      return members((texts) => texts.some((text) => text.startsWith(wanted)));
    case "contains-ends-with":
      return members((texts) => texts.some((text) => text.endsWith(wanted)));
    default:
      return operator.startsWith("length-")
        ? members((texts) => compare(operator.slice("length-".length), texts.length, value))
        : () => false;
  }
}

/** Test of a `numeric` filter, `between` included. */
export function numericTest(filter: JsonObject): ValueTest {
  const operator = textOf(filter["operator"]) ?? "";
  return (actual) => {
    const number = typeof actual === "string" && actual.trim() !== "" ? Number(actual) : actual;
    if (typeof number !== "number" || Number.isNaN(number)) return operator === "not-equals";
    if (operator === "between") return Number(filter["start"]) <= number && number <= Number(filter["end"]);
    return compare(operator, number, filter["value"] ?? null);
  };
}

function compare(operator: string, actual: number, value: Json): boolean {
  const wanted = Number(value);
  switch (operator) {
    case "equals":
      return actual === wanted;
    case "not-equals":
      return actual !== wanted;
    case "greater-than":
      return actual > wanted;
    case "greater-than-or-equal":
      return actual >= wanted;
    case "less-than":
      return actual < wanted;
    case "less-than-or-equal":
      return actual <= wanted;
    default:
      return false;
  }
}

/** A regular expression, or undefined when it is none. */
export function patternOf(text: string): RegExp | undefined {
  try {
    return new RegExp(text);
  } catch {
    return undefined;
  }
}

function textValue(actual: Json | undefined): string | undefined {
  return isSet(actual) && typeof actual !== "object" ? String(actual) : undefined;
}

function listOf(actual: Json | undefined): string[] {
  if (Array.isArray(actual)) return actual.map(String);
  return isSet(actual) && typeof actual !== "object" ? [String(actual)] : [];
}

function asBoolean(actual: Json | undefined): boolean | undefined {
  if (typeof actual === "boolean") return actual;
  const text = typeof actual === "string" ? actual.toLowerCase() : "";
  return text === "true" ? true : text === "false" ? false : undefined;
}

function timeOf(actual: Json | undefined): number | undefined {
  return typeof actual === "string" ? parseIso(actual) : undefined;
}
