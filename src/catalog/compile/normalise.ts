import { DEFS_PREFIX, type Schema } from "../schema.ts";
import type { VendorSchema } from "./documents.ts";

const KEPT = [
  "enum",
  "format",
  "pattern",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "default",
] as const;

/**
 * A vendor schema as JSON Schema 2020-12: no prose, no examples, references kept, `nullable` as a type or a branch (33 of the 493 inputs do not
 * compile otherwise), `oneOf` as `anyOf` (its branches overlap). `closed` forbids properties that the document does not name.
 */
export function normalise(vendor: VendorSchema, closed: boolean): Schema {
  const schema = unnullable(vendor, closed);
  if (!vendor.nullable) return schema;
  if (schema.type !== undefined && schema.$ref === undefined) {
    const types = Array.isArray(schema.type) ? schema.type : [schema.type];
    return { ...schema, type: [...types, "null"], ...(schema.enum && { enum: [...new Set([...schema.enum, null])] }) };
  }
  return { anyOf: [schema, { type: "null" }] };
}

function unnullable(vendor: VendorSchema, closed: boolean): Schema {
  if (vendor.$ref !== undefined) return { $ref: DEFS_PREFIX + vendor.$ref.split("/").at(-1) };
  const schema: Schema = {};
  if (vendor.type !== undefined) schema.type = vendor.type;
  for (const key of KEPT) {
    // Null is a default only of something that may be null; the documents state it more freely.
    if (vendor[key] !== undefined && !(key === "default" && vendor.default === null)) Object.assign(schema, { [key]: vendor[key] });
  }
  if (vendor.items) schema.items = normalise(vendor.items, closed);
  if (vendor.oneOf ?? vendor.anyOf) schema.anyOf = (vendor.oneOf ?? vendor.anyOf ?? []).map((branch) => normalise(branch, closed));
  // Branches of an allOf describe one object together: each stays open.
  if (vendor.allOf) schema.allOf = vendor.allOf.map((branch) => normalise(branch, false));
  if (vendor.properties) {
    schema.type ??= "object";
    schema.properties = Object.fromEntries(Object.entries(vendor.properties).map(([name, inner]) => [name, normalise(inner, closed)]));
    if (vendor.required && vendor.required.length > 0) schema.required = vendor.required;
  }
  if (vendor.additionalProperties !== undefined) {
    schema.additionalProperties =
      typeof vendor.additionalProperties === "boolean" ? vendor.additionalProperties : normalise(vendor.additionalProperties, closed);
  } else if (closed && vendor.properties && Object.keys(vendor.properties).length > 0) {
    schema.additionalProperties = false;
  }
  return schema;
}

/** Names of the definitions that `schema` reaches, directly or through others, in the order of first sight. */
export function reachable(schema: Schema, defs: Record<string, Schema>, found = new Set<string>()): Set<string> {
  walk(schema, (inner) => {
    if (inner.$ref === undefined) return;
    const name = inner.$ref.slice(DEFS_PREFIX.length);
    if (found.has(name)) return;
    found.add(name);
    const target = defs[name];
    if (!target) throw new Error(`The document refers to a schema that it does not have: ${name}`);
    reachable(target, defs, found);
  });
  return found;
}

/** Calls `visit` for a schema and every schema written inside it; does not follow references. */
export function walk(schema: Schema, visit: (inner: Schema) => void): void {
  visit(schema);
  for (const inner of Object.values(schema.properties ?? {})) walk(inner, visit);
  if (schema.items) walk(schema.items, visit);
  if (typeof schema.additionalProperties === "object") walk(schema.additionalProperties, visit);
  for (const inner of [...(schema.anyOf ?? []), ...(schema.allOf ?? [])]) walk(inner, visit);
}
