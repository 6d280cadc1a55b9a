import type { Operation } from "../../catalog/operation.ts";
import type { Schema } from "../../catalog/schema.ts";
import { definition, inputSchema } from "../../catalog/validation.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { asArgument, valueAt } from "./undo-fit.ts";
import type { Resource } from "./undo-recipe.ts";

/** The arguments that put back what a write changed, and the names of those that cannot be put back. */
export interface Restored {
  args: JsonObject;
  lost: string[];
}

/** For each argument of an update, what stood in its place before; absent values are cleared where Klaviyo takes a null. */
export function restored(operation: Operation, args: JsonObject, before: Resource): Restored {
  const { properties = {} } = inputSchema(operation);
  const back: Restored = { args: {}, lost: [] };
  for (const arg of operation.args) {
    const written = args[arg.name];
    if (arg.in === "path" && written !== undefined) back.args[arg.name] = written;
    if (arg.in !== "body" || !arg.place || written === undefined) continue;
    const schema = properties[arg.name] ?? {};
    const was = valueAt(before, arg.place);
    const kept = was === undefined ? undefined : asArgument(operation, was, schema, arg.place[0]);
    const value = kept ?? (takesNull(operation, schema) && isAbsent(was) ? null : undefined);
    if (value === undefined) back.lost.push(arg.name);
    else back.args[arg.name] = withClears(operation, value, written, schema);
  }
  return back;
}

function isAbsent(was: Json | undefined): boolean {
  return was === undefined || was === null;
}

function takesNull(operation: Operation, schema: Schema): boolean {
  if (schema.$ref !== undefined) return takesNull(operation, definition(operation, schema.$ref));
  if (schema.anyOf) return schema.anyOf.some((branch) => takesNull(operation, branch));
  if (schema.enum) return schema.enum.includes(null);
  return Array.isArray(schema.type) ? schema.type.includes("null") : schema.type === "null";
}

/** Members that the write added are cleared again, at every depth where the schema says what may be null: an update merges objects. */
function withClears(operation: Operation, value: Json, written: Json, schema: Schema): Json {
  if (!isJsonObject(value) || !isJsonObject(written)) return value;
  const { properties } = resolved(operation, schema);
  if (!properties) return value;
  const result: JsonObject = { ...value };
  for (const [name, inner] of Object.entries(written)) {
    const own = properties[name];
    if (!own) continue;
    const before = value[name];
    if (before === undefined) {
      if (takesNull(operation, own)) result[name] = null;
    } else result[name] = withClears(operation, before, inner, own);
  }
  return result;
}

function resolved(operation: Operation, schema: Schema): Schema {
  if (schema.$ref !== undefined) return resolved(operation, definition(operation, schema.$ref));
  const branches = schema.anyOf?.filter(({ type }) => type !== "null") ?? [];
  return branches.length === 1 && branches[0] ? resolved(operation, branches[0]) : schema;
}
