import type { Operation } from "../catalog/operation.ts";
import { DEFS_PREFIX, type Schema } from "../catalog/schema.ts";
import { definition } from "../catalog/validation.ts";

interface Signature {
  /** TypeScript-like text: the type itself, then the named shapes that it uses, as far as they fit. */
  text: string;
  /** Names of shapes that did not fit. */
  folded: string[];
}

/** About 1,200 tokens: the largest operations would take 36,000 in full. */
const MAX_CHARACTERS = 4800;

/** Values of a list that are shown before it is cut, and depth of nested objects: the first pair with which the type fits. */
const DETAIL = [
  { values: 60, depth: 6 },
  { values: 20, depth: 5 },
  { values: 8, depth: 4 },
  { values: 4, depth: 3 },
  { values: 2, depth: 2 },
] as const;

/** A shape this short is written in place. */
const MAX_INLINE_CHARACTERS = 180;

interface Writing {
  operation: Operation;
  values: number;
  depth: number;
  /** Shapes named so far, in order. */
  names: Set<string>;
}

/** Renders a schema, which may refer to the operation's definitions, within a budget of characters. */
export function signatureOf(operation: Operation, schema: Schema): Signature {
  const { text, writing } = firstThatFits(operation, schema);
  const shapes: string[] = [];
  const folded: string[] = [];
  let used = text.length;
  // The set grows while it is walked: shapes come in breadth-first order.
  for (const name of writing.names) {
    const shape = `${name} = ${write(definition(operation, DEFS_PREFIX + name), { ...writing, names: new Set() }, 0)}`;
    if (used + shape.length > MAX_CHARACTERS) {
      folded.push(name);
      continue;
    }
    shapes.push(`${name} = ${write(definition(operation, DEFS_PREFIX + name), writing, 0)}`);
    used += shape.length + 1;
  }
  return { text: shapes.length > 0 ? `${text}\nwhere\n${shapes.join("\n")}` : text, folded };
}

function firstThatFits(operation: Operation, schema: Schema): { text: string; writing: Writing } {
  let text = "";
  let writing: Writing = { operation, ...DETAIL[0], names: new Set() };
  for (const detail of DETAIL) {
    writing = { operation, ...detail, names: new Set() };
    text = writeRoot(schema, writing);
    if (text.length <= MAX_CHARACTERS) break;
  }
  return { text, writing };
}

/** The outermost object: one argument a line, required ones first. */
function writeRoot(schema: Schema, writing: Writing): string {
  if (!schema.properties) return write(schema, writing, 0);
  const required = new Set(schema.required);
  const members = Object.entries(schema.properties).toSorted(([a], [b]) => Number(required.has(b)) - Number(required.has(a)));
  if (members.length === 0) return "{}";
  return `{\n${members.map(([name, inner]) => `  ${member(name, inner, required.has(name), writing, 1)}`).join("\n")}\n}`;
}

function member(name: string, schema: Schema, required: boolean, writing: Writing, depth: number): string {
  const standard = schema.default === undefined || schema.default === null ? "" : ` = ${JSON.stringify(schema.default)}`;
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  return `${key}${required ? "" : "?"}: ${write(schema, writing, depth)}${standard}`;
}

function write(schema: Schema, writing: Writing, depth: number): string {
  if (schema.$ref !== undefined) return writeReference(schema.$ref, writing, depth);
  if (schema.enum) return writeEnum(schema.enum, writing.values);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf)
    return union(
      flatten(schema.anyOf).map((branch) => write(branch, writing, depth)),
      40,
    );
  if (schema.allOf) return schema.allOf.map((part) => write(part, writing, depth)).join(" & ");
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  return types.map((type) => writeType(type, schema, writing, depth)).join(" | ");
}

function writeReference(ref: string, writing: Writing, depth: number): string {
  const target = definition(writing.operation, ref);
  const text = JSON.stringify(target);
  if (text.length <= MAX_INLINE_CHARACTERS && !text.includes("$ref")) return write(target, writing, depth);
  const name = ref.slice(DEFS_PREFIX.length);
  writing.names.add(name);
  return name;
}

/** Fields are listed with every part of an object beside the object itself, sorts in both directions: once is enough. */
function writeEnum(values: (string | number | boolean | null)[], most: number): string {
  const isPart = (value: string): boolean => value.includes(".") && values.includes(value.split(".")[0] ?? "");
  const isDescending = (value: string): boolean => value.startsWith("-") && values.includes(value.slice(1));
  const strings = values.filter((value) => typeof value === "string");
  const parts = strings.filter(isPart).length;
  const shown = values.filter((value) => typeof value !== "string" || !(isPart(value) || isDescending(value)));
  const text = union(
    shown.map((value) => JSON.stringify(value)),
    most,
  );
  return [
    text,
    ...(parts > 0 ? [`…${parts} parts of them, as "a.b"`] : []),
    ...(strings.some(isDescending) ? ['or with "-" before it, descending'] : []),
  ].join(" | ");
}

function flatten(branches: Schema[]): Schema[] {
  return branches.flatMap((branch) => (branch.anyOf && Object.keys(branch).length === 1 ? flatten(branch.anyOf) : [branch]));
}

function union(texts: string[], most: number): string {
  const different = [...new Set(texts)];
  return different.length <= most ? different.join(" | ") : `${different.slice(0, most).join(" | ")} | …${different.length - most} more`;
}

function writeType(type: string | undefined, schema: Schema, writing: Writing, depth: number): string {
  if (type === "array") {
    const item = write(schema.items ?? {}, writing, depth);
    return /^\w+$/.test(item) ? `${item}[]` : `Array<${item}>`;
  }
  if (type === "object") return writeObject(schema, writing, depth);
  if (type === "string") return schema.format === undefined ? "string" : `string (${schema.format})`;
  if ((type === "integer" || type === "number") && (schema.minimum !== undefined || schema.maximum !== undefined)) {
    return `${type} ${schema.minimum ?? ""}..${schema.maximum ?? ""}`;
  }
  return type ?? "any";
}

function writeObject(schema: Schema, writing: Writing, depth: number): string {
  const { properties, additionalProperties } = schema;
  if (!properties || Object.keys(properties).length === 0) {
    const values = typeof additionalProperties === "object" ? write(additionalProperties, writing, depth + 1) : "any";
    return additionalProperties === false ? "{}" : `{ [name]: ${values} }`;
  }
  if (depth >= writing.depth) return `{ ${Object.keys(properties).join(", ")} }`;
  const required = new Set(schema.required);
  return `{ ${Object.entries(properties)
    .map(([name, inner]) => member(name, inner, required.has(name), writing, depth + 1))
    .join(", ")} }`;
}
