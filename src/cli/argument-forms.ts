import type { Operation } from "../catalog/operation.ts";
import type { Schema } from "../catalog/schema.ts";
import type { Reference } from "./parts.ts";

const MAX_VALUES = 8;

/** The arguments that an action takes: required ones first, each with its form in a few words. */
export function argumentForms(reference: Reference, operation: Operation): { name: string; required: boolean; form: string }[] {
  const { properties = {}, required = [] } = reference.inputSchema(operation);
  return Object.entries(properties)
    .map(([name, schema]) => ({ name, required: required.includes(name), form: formOf(reference, operation, schema, 0) }))
    .toSorted((a, b) => Number(b.required) - Number(a.required));
}

/** `text`, `number from 1 to 100`, `one of a, b`, `list of text`, `object with x, y`. */
function formOf(reference: Reference, operation: Operation, schema: Schema, depth: number): string {
  const inner = (part: Schema): string => (depth > 2 ? "…" : formOf(reference, operation, part, depth + 1));
  if (schema.$ref !== undefined) return inner(reference.definition(operation, schema.$ref));
  const branches = schema.anyOf ?? schema.allOf;
  if (branches) return [...new Set(branches.map(inner))].join(", or ");
  if (schema.const !== undefined) return `always ${String(schema.const)}`;
  if (schema.enum) return `one of ${listed(schema.enum.map((value) => (value === null ? "null" : String(value))))}`;
  const types = [schema.type ?? "any"].flat();
  return types.map((type) => typeForm(type, schema, inner)).join(" or ");
}

function typeForm(type: string, schema: Schema, inner: (part: Schema) => string): string {
  if (type === "string") return schema.format === undefined ? "text" : `text (${schema.format})`;
  if (type === "array")
    return `list of ${schema.items ? inner(schema.items) : "anything"}${schema.maxItems === undefined ? "" : `, at most ${schema.maxItems}`}`;
  if (type === "object") return schema.properties ? `object with ${listed(Object.keys(schema.properties))}` : "object";
  if (type === "integer" || type === "number") {
    const { minimum, maximum } = schema;
    return `number${minimum === undefined ? "" : ` from ${minimum}`}${maximum === undefined ? "" : ` to ${maximum}`}`;
  }
  return type;
}

function listed(words: string[]): string {
  return words.length <= MAX_VALUES ? words.join(", ") : `${words.slice(0, MAX_VALUES).join(", ")} … (${words.length})`;
}
