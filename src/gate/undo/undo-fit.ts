import { unwrap } from "../../catalog/envelopes.ts";
import type { Operation } from "../../catalog/operation.ts";
import type { Schema } from "../../catalog/schema.ts";
import { definition, inputSchema } from "../../catalog/validation.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import type { Resource } from "./undo-recipe.ts";

/** What is read has members that may not be written (ids, times, counts). `undefined` where nothing of a value fits the schema. */
export function fit(operation: Operation, value: Json, schema: Schema): Json | undefined {
  if (schema.$ref !== undefined) return fit(operation, value, definition(operation, schema.$ref));
  if (schema.const !== undefined) return value === schema.const ? value : undefined;
  if (schema.enum) return schema.enum.some((one) => one === value) ? value : undefined;
  if (schema.anyOf) return fitted(schema.anyOf, (branch) => fit(operation, value, branch));
  const types = typesOf(schema);
  if (value === null) return types.includes("null") || types.length === 0 ? null : undefined;
  if (Array.isArray(value)) return types.includes("array") || types.length === 0 ? fitItems(operation, value, schema) : undefined;
  if (isJsonObject(value)) return types.includes("object") || types.length === 0 ? fitObject(operation, value, schema) : undefined;
  const type = typeof value;
  const isFit = types.length === 0 || types.includes(type) || (type === "number" && types.includes("integer") && Number.isInteger(value));
  return isFit ? value : undefined;
}

function typesOf({ type, properties }: Schema): string[] {
  if (type === undefined) return properties ? ["object"] : [];
  return Array.isArray(type) ? type : [type];
}

/** The branch that keeps most of the value: several may take a part of it. */
function fitted(branches: Schema[], of: (branch: Schema) => Json | undefined): Json | undefined {
  const found = branches.map(of).filter((one) => one !== undefined);
  const sizes = found.map((one) => JSON.stringify(one).length);
  return found[sizes.indexOf(Math.max(...sizes))];
}

function fitItems(operation: Operation, items: Json[], schema: Schema): Json | undefined {
  const fits = items.map((item) => fit(operation, item, schema.items ?? {}));
  return fits.some((one) => one === undefined) ? undefined : fits.filter((one) => one !== undefined);
}

function fitObject(operation: Operation, value: JsonObject, schema: Schema): JsonObject | undefined {
  if (!schema.properties) return schema.additionalProperties === false ? {} : value;
  const members = Object.entries(value).flatMap(([name, inner]): [string, Json][] => {
    const own = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : undefined;
    if (!own) return schema.additionalProperties === undefined || schema.additionalProperties === false ? [] : [[name, inner]];
    const kept = fit(operation, inner, own);
    return kept === undefined ? [] : [[name, kept]];
  });
  const names = new Set(members.map(([name]) => name));
  return schema.required?.every((name) => names.has(name)) === false ? undefined : Object.fromEntries(members);
}

/** A resource as an operation's flat arguments: what of it that operation can write. `rename` gives it ids other than its own. */
export function argsFrom(operation: Operation, resource: Resource): JsonObject {
  const { properties = {} } = inputSchema(operation);
  const args: JsonObject = {};
  for (const arg of operation.args) {
    if (arg.in !== "body" || !arg.place) continue;
    const value = valueAt(resource, arg.place);
    const kept = value === undefined ? undefined : asArgument(operation, value, properties[arg.name] ?? {}, arg.place[0]);
    if (kept !== undefined) args[arg.name] = kept;
  }
  return args;
}

/** One value of an answer as the argument that writes it. */
export function asArgument(operation: Operation, value: Json, schema: Schema, member: string): Json | undefined {
  // An identifier is taken off together with the envelope that stood around its relationship.
  const wire = member === "relationships" ? { data: value } : value;
  return fit(operation, unwrap(operation, wire, schema), schema);
}

/** What a resource holds at the place of an argument; undefined where it was not given. */
export function valueAt(resource: Resource, [member, name]: readonly [string, string?]): Json | undefined {
  if (member === "id") return resource.id;
  if (member === "attributes") return resource.attributes[name ?? ""];
  return member === "relationships" ? resource.relationships[name ?? ""] : undefined;
}
