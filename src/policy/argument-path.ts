import type { Operation } from "../catalog/operation.ts";
import type { Schema } from "../catalog/schema.ts";
import { definition, inputSchema } from "../catalog/validation.ts";
import { isJsonObject, type Json, type JsonObject } from "../lib/json.ts";
import { NOTHING, type Value } from "./condition.ts";

/** How conditions name arguments: `args.status`, `args.profiles[].email`. */
export const ARGUMENT_PREFIX = "args.";

type Step = { member: string } | { items: true };

/** What stands at the end of a path, by an operation's schema. `any`: free-form, so everything may stand there. */
export type LeafType = "text" | "integer" | "number" | "flag" | "null" | "any" | "list" | "object";

export interface Leaf {
  types: Set<LeafType>;
  /** The only texts that may stand there, where the schema names them. */
  values: Set<string> | undefined;
}

/** The steps of a path; undefined when it is not written as one. */
export function stepsOf(path: string): Step[] | undefined {
  if (!path.startsWith(ARGUMENT_PREFIX)) return undefined;
  const text = path.slice(ARGUMENT_PREFIX.length);
  if (!/^[A-Za-z0-9_$-]+(\[\])*(\.[A-Za-z0-9_$-]+(\[\])*)*$/.test(text)) return undefined;
  return text.split(".").flatMap((part): Step[] => {
    const [member = "", ...items] = part.split("[]");
    return [{ member }, ...items.map((): Step => ({ items: true }))];
  });
}

/** Values that stand at a path, {@link NOTHING} for each place where one could stand and does not. What is no single value is unknown: `undefined`. */
export function valuesAt(args: JsonObject, path: string): Value[] | undefined {
  let values: (Json | typeof NOTHING)[] = [args];
  for (const step of stepsOf(path) ?? []) {
    values = values.flatMap((value): (Json | typeof NOTHING)[] => {
      if ("items" in step) return Array.isArray(value) ? value : [NOTHING];
      return [isJsonObject(value) && Object.hasOwn(value, step.member) ? (value[step.member] ?? null) : NOTHING];
    });
  }
  const isScalar = (value: Json | typeof NOTHING): value is Value => typeof value !== "object" || value === null;
  return values.every(isScalar) ? values : undefined;
}

const leaves = new Map<string, Leaf | undefined>();

/** What may stand at a path of an operation's arguments; undefined when its closed schema has no such path. */
export function leafAt(operation: Operation, path: string): Leaf | undefined {
  const key = `${operation.id} ${path}`;
  if (leaves.has(key)) return leaves.get(key);
  const steps = stepsOf(path);
  const found = steps && follow(operation, [inputSchema(operation)], steps);
  leaves.set(key, found);
  return found;
}

/** The names that may follow a path's beginning: for suggestions. */
export function membersAt(operation: Operation, path: string): string[] {
  // `args` itself has no steps.
  const schemas = (stepsOf(path) ?? []).reduce(
    (at, step) => at.flatMap((schema) => next(operation, schema, step)),
    plain(operation, inputSchema(operation)),
  );
  return schemas.flatMap(({ properties }) => Object.keys(properties ?? {}));
}

function follow(operation: Operation, start: Schema[], steps: Step[]): Leaf | undefined {
  let schemas = start.flatMap((schema) => plain(operation, schema));
  for (const step of steps) {
    schemas = schemas.flatMap((schema) => next(operation, schema, step));
    if (schemas.length === 0) return undefined;
  }
  const enums = schemas.map(({ enum: values, const: only }) => values ?? (only === undefined ? undefined : [only]));
  const isClosed = schemas.every((schema, at) => enums[at] !== undefined || schema.type === "null");
  return {
    types: new Set(schemas.flatMap(typesOf)),
    values: isClosed ? new Set(enums.flatMap((values) => values ?? []).filter((value) => typeof value === "string")) : undefined,
  };
}

/** The schemas without references and unions. Schemas that refer to themselves end: each is seen once. */
function plain(operation: Operation, schema: Schema, seen = new Set<string>()): Schema[] {
  if (schema.$ref !== undefined) {
    if (seen.has(schema.$ref)) return [];
    return plain(operation, definition(operation, schema.$ref), new Set([...seen, schema.$ref]));
  }
  const branches = schema.anyOf ?? schema.allOf;
  return branches ? branches.flatMap((branch) => plain(operation, branch, seen)) : [schema];
}

const FREE: Schema = {};

function next(operation: Operation, schema: Schema, step: Step): Schema[] {
  if (isFree(schema)) return [FREE];
  if ("items" in step) return schema.items ? plain(operation, schema.items) : [];
  const inner = schema.properties && Object.hasOwn(schema.properties, step.member) ? schema.properties[step.member] : undefined;
  if (inner) return plain(operation, inner);
  const { additionalProperties: more } = schema;
  if (typeof more === "object") return plain(operation, more);
  const isOpen = more === true || (more === undefined && !schema.properties && [schema.type].flat().includes("object"));
  return isOpen ? [FREE] : [];
}

function isFree(schema: Schema): boolean {
  return schema.type === undefined && schema.enum === undefined && schema.const === undefined && !schema.properties;
}

const NAMES: Record<string, LeafType> = {
  string: "text",
  integer: "integer",
  number: "number",
  boolean: "flag",
  null: "null",
  array: "list",
  object: "object",
};

function typesOf(schema: Schema): LeafType[] {
  if (isFree(schema)) return ["any"];
  const named = [schema.type ?? []].flat().map((type) => NAMES[type] ?? "any");
  if (named.length > 0) return named;
  return (schema.enum ?? [schema.const]).map((value) => {
    if (value === null) return "null";
    return typeof value === "boolean" ? "flag" : typeof value === "number" ? "integer" : typeof value === "string" ? "text" : "object";
  });
}
