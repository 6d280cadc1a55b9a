import { isJsonObject, type Json, type JsonObject } from "../lib/json.ts";
import type { Operation } from "./operation.ts";
import type { Envelope, Schema } from "./schema.ts";
import { definition } from "./validation.ts";

/** Members that must be there even when empty, each an empty object. */
export function empty(members: string[] = []): JsonObject {
  return Object.fromEntries(members.map((member) => [member, {}]));
}

/** Sets one member of a resource object, or one name inside a member. */
export function put(resource: JsonObject, [member, name]: [member: string, name?: string], value: Json): void {
  if (name === undefined) {
    resource[member] = value;
    return;
  }
  const existing = resource[member];
  const object = isJsonObject(existing) ? existing : {};
  resource[member] = { ...object, [name]: value };
}

/** Puts the envelopes back that the compiler took off, at every depth. */
export function wrap(operation: Operation, value: Json, schema: Schema): Json {
  const resolved = resolve(operation, schema, value);
  const envelopes = resolved["x-wire"] ?? [];
  const inner = wrapInside(operation, value, resolved, envelopes.at(-1));
  return envelopes[0]?.kind === "data" ? { data: inner } : inner;
}

function wrapInside(operation: Operation, value: Json, schema: Schema, envelope: Envelope | undefined): Json {
  if (value === null) return null;
  if (envelope?.kind === "identifier") return { type: envelope.type, id: value };
  if (Array.isArray(value)) return value.map((item) => wrap(operation, item, schema.items ?? {}));
  if (!isJsonObject(value)) return value;
  const wrapped = Object.entries(value).map(([name, inner]): [string, Json] => [
    name,
    wrap(operation, inner, schema.properties?.[name] ?? {}),
  ]);
  if (envelope?.kind !== "resource") return Object.fromEntries(wrapped);
  const resource: JsonObject = { type: envelope.type, ...empty(envelope.members) };
  for (const [name, inner] of wrapped) put(resource, envelope.places[name] ?? ["id"], inner);
  return resource;
}

/** Follows references and steps into the one branch beside null; other unions hold no envelopes (the compiler makes sure). */
function resolve(operation: Operation, schema: Schema, value: Json): Schema {
  if (schema.$ref !== undefined) return resolve(operation, definition(operation, schema.$ref), value);
  const branches = schema.anyOf?.filter((branch) => branch.type !== "null") ?? [];
  return branches.length === 1 && branches[0] && value !== null ? resolve(operation, branches[0], value) : schema;
}

/** Takes the envelopes off a wire value: the inverse of {@link wrap}. */
export function unwrap(operation: Operation, value: Json, schema: Schema): Json {
  const resolved = resolve(operation, schema, value);
  const envelopes = resolved["x-wire"] ?? [];
  const inner = envelopes[0]?.kind === "data" && isJsonObject(value) ? (value["data"] ?? null) : value;
  const envelope = envelopes.at(-1);
  if (envelope?.kind === "identifier" && isJsonObject(inner)) return inner["id"] ?? null;
  if (Array.isArray(inner)) return inner.map((item) => unwrap(operation, item, resolved.items ?? {}));
  if (!isJsonObject(inner)) return inner;
  if (envelope?.kind === "resource") {
    const flat: JsonObject = {};
    for (const [name, [member, wire]] of Object.entries(envelope.places)) {
      const object = inner[member];
      const found = wire === undefined ? object : isJsonObject(object) ? object[wire] : undefined;
      if (found !== undefined) flat[name] = unwrap(operation, found, resolved.properties?.[name] ?? {});
    }
    return flat;
  }
  // By entries, for an ordinary assignment to "__proto__" would be lost, on the card and nowhere else.
  return Object.fromEntries(
    Object.entries(inner).map(([name, item]) => [name, unwrap(operation, item, resolved.properties?.[name] ?? {})]),
  );
}
