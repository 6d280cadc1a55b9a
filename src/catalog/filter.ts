import { parseIso } from "../lib/clock.ts";
import { HalyardError, type Violation } from "../lib/errors.ts";
import type { FilterField, Operation } from "./operation.ts";

/** One condition of a filter; conditions are joined by AND, the URL grammar has no other (behaviour.md §1.8). */
export interface FilterClause {
  operator: string;
  field: string;
  value: FilterValue;
}
/** `undefined` for `has`, which takes none. */
export type FilterValue = string | number | boolean | null | { datetime: string } | FilterValue[] | undefined;

const OPERATORS = [
  "equals",
  "less-than",
  "less-or-equal",
  "greater-than",
  "greater-or-equal",
  "contains",
  "contains-any",
  "contains-all",
  "starts-with",
  "ends-with",
  "any",
  "has",
];

/** Parses Klaviyo's filter text, `and(equals(name,"x"),greater-than(created,2024-01-01))` or the same joined by commas. Errors say where. */
export function parseFilter(text: string): FilterClause[] {
  return new FilterReader(text).filter();
}

/** The canonical text of a filter: what is sent is written from what was understood, never passed through. */
export function formatFilter(clauses: FilterClause[]): string {
  const parts = clauses.map(({ operator, field, value }) =>
    value === undefined ? `${operator}(${field})` : `${operator}(${field},${formatValue(value)})`,
  );
  return parts.join(",");
}

function formatValue(value: FilterValue): string {
  if (Array.isArray(value)) return `[${value.map(formatValue).join(",")}]`;
  if (typeof value === "object" && value !== null) return value.datetime;
  return typeof value === "string" ? `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"` : String(value);
}

/** What a filter holds that the operation does not offer: fields, operators, kinds of value, or nothing where one is obligatory. */
export function filterViolations(clauses: FilterClause[], filter: Operation["filter"]): Violation[] {
  const fields = filter?.fields ?? {};
  const violations: Violation[] = [];
  for (const { operator, field, value } of clauses) {
    const stated = fields[field];
    if (!stated) {
      violations.push({
        path: "/filter",
        message: `'${field}' is not a filterable field for this resource. The filterable fields on this resource are: ${Object.keys(fields).join(", ")}`,
      });
      continue;
    }
    const arity = value === undefined ? "none" : Array.isArray(value) ? "list" : "single";
    // Where the documents list `equals` for lists only, one value is a list of one (assumed: SDK examples send it so).
    const isListOfOne = arity === "single" && operator === "equals" && stated.list?.includes("equals");
    if (!isListOfOne && !stated[arity]?.includes(operator)) {
      const offered = [...new Set([...(stated.single ?? []), ...(stated.list ?? []), ...(stated.none ?? [])])];
      violations.push({
        path: "/filter",
        message: `'${operator}' ${arity === "list" ? "with a list " : ""}is not an allowed operator for '${field}'. It takes: ${offered.join(", ")}`,
      });
      continue;
    }
    for (const one of Array.isArray(value) ? value : [value]) {
      const wrong = one === undefined ? undefined : wrongKind(one, stated);
      if (wrong) violations.push({ path: "/filter", message: `The value of '${field}' ${wrong}` });
    }
  }
  return violations;
}

function wrongKind(value: FilterValue, field: FilterField): string | undefined {
  if (field.format === "date-time") {
    const text =
      typeof value === "string" ? value : typeof value === "object" && value !== null && !Array.isArray(value) ? value.datetime : "";
    return parseIso(text) === undefined ? "must be a date-time such as 2026-01-31T00:00:00Z" : undefined;
  }
  if (field.enum) return typeof value === "string" && field.enum.includes(value) ? undefined : `must be one of ${field.enum.join(", ")}`;
  if (field.type === "boolean") return typeof value === "boolean" ? undefined : "must be true or false";
  if (field.type === "integer" || field.type === "number") return typeof value === "number" ? undefined : "must be a number";
  return typeof value === "string" ? undefined : "must be a text in quotes";
}

/** Deep enough for any list; Klaviyo states no cap on `any`, reports take 100 (behaviour.md §1.8). */
const MAX_LIST = 100;

class FilterReader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  filter(): FilterClause[] {
    const clauses: FilterClause[] = [];
    this.#list(clauses, 0);
    if (this.#at < this.#text.length) this.#fail("unexpected text");
    return clauses;
  }

  #fail(what: string): never {
    throw new HalyardError("invalid_arguments", `The filter cannot be read: ${what} at character ${this.#at + 1}.`, {
      hint: `Write conditions like equals(name,"VIP"), joined by commas. Operators: ${OPERATORS.join(", ")}.`,
      violations: [{ path: "/filter", message: `${what} at character ${this.#at + 1}` }],
    });
  }

  #list(into: FilterClause[], depth: number): void {
    if (depth > 4) this.#fail("and() nested too deeply");
    do this.#expression(into, depth);
    while (this.#take(","));
  }

  #expression(into: FilterClause[], depth: number): void {
    const operator = this.#match(/[a-z-]+/y) ?? this.#fail("an operator was expected");
    if (!this.#take("(")) this.#fail('"(" was expected');
    if (operator === "and") {
      this.#list(into, depth + 1);
    } else {
      if (!OPERATORS.includes(operator)) this.#fail(`"${operator}" is not an operator`);
      this.#match(/ +/y);
      const field = this.#match(/[\w$.-]+(?:\[[^\]"']*\])?/y) ?? this.#fail("a field was expected");
      const value = operator === "has" ? undefined : this.#argument();
      into.push({ operator, field, value });
    }
    if (!this.#take(")")) this.#fail('")" was expected');
  }

  #argument(): FilterValue {
    if (!this.#take(",")) this.#fail('"," and a value were expected');
    return this.#value(true);
  }

  #value(listAllowed: boolean): FilterValue {
    this.#match(/ +/y);
    if (listAllowed && this.#take("[")) return this.#listValue();
    const quote = this.#text[this.#at];
    if (quote === '"' || quote === "'") return this.#quoted(quote);
    const bare = this.#match(/[^,()[\]'"\s]+/y) ?? this.#fail("a value was expected");
    if (bare === "true" || bare === "false") return bare === "true";
    if (bare === "null") return null;
    if (/^-?\d+(\.\d+)?$/.test(bare)) return Number(bare);
    if (parseIso(bare) !== undefined) return { datetime: bare };
    return this.#fail("a text must stand in quotes");
  }

  #listValue(): FilterValue[] {
    const values: FilterValue[] = [];
    if (this.#take("]")) return values;
    do {
      values.push(this.#value(false));
      if (values.length > MAX_LIST) this.#fail(`a list of more than ${MAX_LIST} values`);
    } while (this.#take(","));
    if (!this.#take("]")) this.#fail('"]" was expected');
    return values;
  }

  #quoted(quote: string): string {
    let value = "";
    for (this.#at++; this.#text[this.#at] !== quote; this.#at++) {
      if (this.#at >= this.#text.length) this.#fail("a text that does not end");
      if (this.#text[this.#at] === "\\") this.#at++;
      value += this.#text[this.#at] ?? "";
    }
    this.#at++;
    return value;
  }

  #take(character: string): boolean {
    this.#match(/ +/y);
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found;
  }
}
