import { filterViolations, parseFilter, type FilterClause } from "../../catalog/filter.ts";
import type { Arg, Operation } from "../../catalog/operation.ts";
import type { Schema } from "../../catalog/schema.ts";
import { definition, inputSchema } from "../../catalog/validation.ts";
import { HalyardError } from "../../lib/errors.ts";
import { refuse, refuseAll } from "../engine/refusal.ts";
import { plainQuery, type Query } from "../engine/request.ts";

type Pairs = readonly (readonly [name: string, value: string])[];

/** Reads and checks the query of a request against what the operation offers; the first thing that is wrong ends it with 400. */
export function parseQuery(operation: Operation, raw: Pairs): Query {
  const args = new Map(operation.args.filter((arg) => arg.in === "query").map((arg) => [arg.wire, arg]));
  const query = plainQuery(raw);
  const seen = new Set<string>();
  for (const [name, value] of raw) {
    const arg = args.get(name) ?? wrong(name, `'${name}' is not a valid query parameter for this endpoint.`);
    if (seen.has(name)) wrong(name, `The parameter '${name}' must appear once only.`);
    seen.add(name);
    readParameter(query, operation, arg, value);
  }
  for (const arg of args.values()) if (arg.required && !seen.has(arg.wire)) wrong(arg.wire, `The parameter '${arg.wire}' is required.`);
  return query;
}

function wrong(parameter: string, detail: string): never {
  refuse("invalid", detail, { source: { parameter } });
}

function readParameter(query: Query, operation: Operation, arg: Arg, value: string): void {
  const name = arg.wire;
  const [, kind, type] = /^(fields|additional-fields)\[(.+)\]$/.exec(name) ?? [];
  if (kind !== undefined && type !== undefined) {
    const known = offered(operation, arg);
    const fields = value.split(",").filter((field) => field !== "");
    for (const field of fields) if (!known.includes(field)) wrong(name, `'${field}' is not a valid field for the resource '${type}'.`);
    query[kind === "fields" ? "fields" : "additional"].set(type, fields);
  } else if (name === "include") query.include = readInclude(value, offered(operation, arg));
  else if (name === "filter") query.filter = readFilter(operation, value);
  else if (name === "sort") {
    if (!offered(operation, arg).includes(value))
      wrong(name, `'${value}' is not a sortable field for this resource. It sorts by: ${offered(operation, arg).join(", ")}`);
    query.sort = value;
  } else if (name === operation.page?.size?.name) query.page.size = readSize(operation.page.size, value);
  else if (name === "page[cursor]") query.page.cursor = value === "" ? wrong(name, "Invalid cursor provided.") : value;
  else query.other[name] = value;
}

function readInclude(value: string, known: readonly string[]): string[] {
  const names = value.split(",");
  for (const name of names) if (!known.includes(name)) wrong("include", `'${name}' is not an allowed include parameter for this resource.`);
  if (new Set(names).size < names.length) wrong("include", "An include parameter must appear once only.");
  return names;
}

function readSize(size: { name: string; min: number; max: number }, value: string): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= size.min && number <= size.max) return number;
  return wrong(size.name, `Page size must be an integer between ${size.min} and ${size.max}.`);
}

function readFilter(operation: Operation, text: string): FilterClause[] {
  const clauses = parsed(text);
  const violations = filterViolations(
    clauses.map((clause) => asStated(clause, operation)),
    operation.filter,
  );
  if (violations.length > 0)
    refuseAll(violations.map(({ message }) => ({ code: "invalid", detail: message, source: { parameter: "filter" } })));
  return clauses;
}

/** Many fields state `equals` for lists only, yet the vendor's own examples give it one value: `equals(email,"a@b.c")` is meant as a list of one. */
function asStated(clause: FilterClause, operation: Operation): FilterClause {
  const stated = operation.filter?.fields[clause.field];
  const isListOnly = stated?.list?.includes(clause.operator) && !stated.single?.includes(clause.operator);
  return clause.operator === "equals" && isListOnly && !Array.isArray(clause.value) ? { ...clause, value: [clause.value] } : clause;
}

function parsed(text: string): FilterClause[] {
  try {
    return parseFilter(text);
  } catch (thrown) {
    if (!(thrown instanceof HalyardError)) throw thrown;
    return wrong("filter", `Invalid filter provided: ${thrown.violations[0]?.message ?? "it cannot be read"}.`);
  }
}

function offered(operation: Operation, arg: Arg): string[] {
  const schema = resolve(operation, inputSchema(operation).properties?.[arg.name] ?? {});
  return (resolve(operation, schema.items ?? schema).enum ?? []).map(String);
}

function resolve(operation: Operation, schema: Schema): Schema {
  return schema.$ref === undefined ? schema : resolve(operation, definition(operation, schema.$ref));
}
