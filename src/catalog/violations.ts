import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import type { Violation } from "../lib/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../lib/json.ts";
import type { Schema } from "./schema.ts";

/** The definitions that references lead to. */
export interface Definitions {
  /** The schema itself when it is no reference. */
  resolve(schema: Schema): Schema;
  compile(schema: Schema): ValidateFunction;
}

/**
 * What is wrong with a value, as paths and words. Of a union every branch complains, mostly of what was never meant: only the branch that the
 * value comes nearest to is heard. The errors must be verbose ones, which carry the branches and the value.
 */
export function violationsOf(defs: Definitions, errors: readonly ErrorObject[], prefix = ""): Violation[] {
  const unions = outermost(errors.filter(({ keyword }) => keyword === "anyOf"));
  const plain = errors.filter(({ instancePath }) => !unions.some((union) => isWithin(instancePath, union.instancePath)));
  return [
    ...plain.map((error) => toViolation(error, prefix)),
    // Safe: the schema of this keyword is a list of schemas, and what is validated is JSON.
    ...unions.flatMap(({ instancePath, schema, data }) => ofUnion(defs, schema as Schema[], data as Json, prefix + instancePath)),
  ];
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}/`);
}

/** Of two at one place the outer one is reported later. */
function outermost(unions: readonly ErrorObject[]): ErrorObject[] {
  return unions.filter(
    ({ instancePath: path }, i) =>
      !unions.some(({ instancePath: other }, j) => i !== j && isWithin(path, other) && (path !== other || j > i)),
  );
}

function ofUnion(defs: Definitions, schemas: readonly Schema[], value: Json, path: string): Violation[] {
  const kindsIn = (schema: Schema): string[] => [defs.resolve(schema).type ?? []].flat();
  const fitting = schemas.filter((schema) => kindsIn(schema).length === 0 || kindsIn(schema).some((kind) => isOfKind(value, kind)));
  if (fitting.length === 0) return [{ path, message: `must be ${[...new Set(schemas.flatMap(kindsIn))].join(" or ")}` }];
  // Branches that only list values say together what one list says.
  const lists = fitting.map((schema) => defs.resolve(schema).enum);
  if (lists.every((list) => list !== undefined)) return [{ path, message: oneOf(lists.flat()) }];
  const nearest = isJsonObject(value) ? narrowed(defs, fitting, value, []) : fitting;
  if ("tag" in nearest) return [{ path: `${path}/${nearest.tag}`, message: oneOf(nearest.allowed) }];
  const told = nearest.map((schema) => {
    const validate = defs.compile(schema);
    return validate(value) ? [] : violationsOf(defs, validate.errors ?? [], path);
  });
  const shortest = told.filter(({ length }) => length > 0).toSorted((a, b) => a.length - b.length)[0];
  return shortest ?? [{ path, message: "is not acceptable" }];
}

/** The branches that the value's tags name, or the first tag that names none of those left. */
function narrowed(
  defs: Definitions,
  schemas: readonly Schema[],
  value: JsonObject,
  seen: readonly string[],
): readonly Schema[] | { tag: string; allowed: Json[] } {
  const tag = tagsOf(defs, schemas).find((name) => !seen.includes(name) && Object.hasOwn(value, name));
  if (tag === undefined) return schemas;
  const meant = schemas.filter((schema) => valuesOf(defs, schema, tag).some((each) => each === value[tag]));
  if (meant.length === 0) return { tag, allowed: [...new Set(schemas.flatMap((schema) => valuesOf(defs, schema, tag)))] };
  return narrowed(defs, meant, value, [...seen, tag]);
}

/** Members that tell the branches apart: every branch requires them and lists their values. */
function tagsOf(defs: Definitions, branches: readonly Schema[]): string[] {
  const isTag = (name: string): boolean =>
    branches.every((schema) => defs.resolve(schema).required?.includes(name) && valuesOf(defs, schema, name).length > 0);
  return Object.keys(defs.resolve(branches[0] ?? {}).properties ?? {}).filter(isTag);
}

function valuesOf(defs: Definitions, schema: Schema, name: string): Json[] {
  return defs.resolve(defs.resolve(schema).properties?.[name] ?? {}).enum ?? [];
}

function isOfKind(value: Json, kind: string): boolean {
  if (value === null || Array.isArray(value)) return kind === (value === null ? "null" : "array");
  return kind === typeof value || (kind === "integer" && Number.isInteger(value));
}

function oneOf(values: readonly unknown[]): string {
  return `must be one of ${values.map((value) => JSON.stringify(value)).join(", ")}`;
}

function toViolation({ instancePath, keyword, params, message }: ErrorObject, prefix: string): Violation {
  const here = prefix + instancePath;
  const at = (name: unknown): string => `${here}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
  if (keyword === "additionalProperties") return { path: at(params["additionalProperty"]), message: "is not a known field" };
  if (keyword === "required") return { path: at(params["missingProperty"]), message: "is required" };
  if (keyword === "enum") return { path: here, message: oneOf(params["allowedValues"] as unknown[]) };
  if (keyword === "type") return { path: here, message: `must be ${[params["type"]].flat().join(" or ")}` };
  return { path: here, message: message ?? "is not acceptable" };
}
