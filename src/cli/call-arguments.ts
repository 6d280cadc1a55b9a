import type { Operation } from "../catalog/operation.ts";
import type { Schema } from "../catalog/schema.ts";
import { HalyardError } from "../lib/errors.ts";
import { isJsonObject, parseStrictJson, type Json, type JsonObject } from "../lib/json.ts";
import type { Reference } from "./parts.ts";

/**
 * The arguments of a call from `key=value` words and the text of `--args`. A value is text where the action takes text; a list of texts may be written with
 * commas; anything else is JSON. What the action does not take is left for the gate to refuse.
 */
export function callArguments(reference: Reference, action: string, words: readonly string[], json: string | undefined): JsonObject {
  const args = json === undefined ? {} : parseObject(json);
  const pairs = words.map(splitPair);
  const chooser = pairs.find(([key]) => key === reference.CHOOSER)?.[1] ?? args[reference.CHOOSER];
  const { operation } = reference.resolveAction(reference.catalog, action, chooser === undefined ? {} : { [reference.CHOOSER]: chooser });
  for (const [key, text] of pairs) {
    if (Object.hasOwn(args, key)) throw new HalyardError("usage", `The argument ${key} is given twice.`);
    args[key] = valueOf(reference, operation, key, text);
  }
  return args;
}

function splitPair(word: string): [string, string] {
  const at = word.indexOf("=");
  if (at < 1)
    throw new HalyardError("usage", "Arguments are written key=value.", {
      hint: `For example name="VIP customers", or --args '{"name": "VIP customers"}'.`,
    });
  return [word.slice(0, at), word.slice(at + 1)];
}

function parseObject(text: string): JsonObject {
  const value = parseStrictJson(text);
  if (!isJsonObject(value))
    throw new HalyardError("usage", "--args takes a JSON object.", { hint: `For example --args '{"name": "VIP customers"}'.` });
  return value;
}

function valueOf(reference: Reference, operation: Operation, key: string, text: string): Json {
  const schema = reference.inputSchema(operation).properties?.[key];
  if (!schema || takes(reference, operation, schema, "string")) return text;
  const isList = takes(reference, operation, schema, "array");
  if (isList && !text.startsWith("[")) return text.split(",").map((item) => item.trim());
  return parseStrictJson(text);
}

/** Whether a value of that JSON type fits the schema or one of its branches. */
export function takes(reference: Reference, operation: Operation, schema: Schema, type: string): boolean {
  if (schema.$ref !== undefined) return takes(reference, operation, reference.definition(operation, schema.$ref), type);
  const branches = schema.anyOf ?? schema.allOf;
  if (branches) return branches.some((branch) => takes(reference, operation, branch, type));
  const types = schema.type === undefined ? (schema.enum ?? []).map((value) => typeof value) : [schema.type].flat();
  return types.includes(type);
}
