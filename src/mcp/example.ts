import type { FilterField, Operation } from "../catalog/operation.ts";
import type { Schema } from "../catalog/schema.ts";
import { definition, inputSchema } from "../catalog/validation.ts";
import type { Json, JsonObject } from "../lib/json.ts";

/** Arguments that the operation's schema accepts: what is required, and for collections a filter and a page size as well. */
export function exampleOf(operation: Operation): JsonObject {
  const schema = inputSchema(operation);
  const example: JsonObject = {};
  for (const name of schema.required ?? []) example[name] = sample(operation, name, schema.properties?.[name] ?? {}, 0);
  const filter = exampleFilter(operation);
  if (filter !== undefined) example["filter"] = filter;
  if (operation.page?.size) example["page_size"] = Math.min(20, operation.page.size.max);
  return example;
}

/** Deep enough for every required member; recursion ends because optional members are left out. */
const MAX_DEPTH = 16;

function sample(operation: Operation, name: string, schema: Schema, depth: number): Json {
  if (schema.$ref !== undefined) return sample(operation, name, definition(operation, schema.$ref), depth + 1);
  if (depth > MAX_DEPTH) return null;
  if (schema.enum) return schema.enum.find((value) => value !== null) ?? null;
  if (schema.const !== undefined) return schema.const;
  const branch = schema.anyOf?.find(({ type }) => type !== "null");
  if (branch) return sample(operation, name, branch, depth + 1);
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
  if (type === "array" && name === "filter")
    return ["greater-or-equal(datetime,2026-01-01T00:00:00Z)", "less-than(datetime,2026-02-01T00:00:00Z)"];
  if (type === "array") return [sample(operation, name.replace(/s$/, ""), schema.items ?? {}, depth + 1)];
  if (type === "object") {
    const members = (schema.required ?? []).map((inner): [string, Json] => [
      inner,
      sample(operation, inner, schema.properties?.[inner] ?? {}, depth + 1),
    ]);
    return Object.fromEntries(members);
  }
  if (type === "boolean") return true;
  if (type === "integer" || type === "number") return Math.max(schema.minimum ?? 1, Math.min(1, schema.maximum ?? 1));
  return text(name, schema.format);
}

function text(name: string, format: string | undefined): string {
  if (format === "date-time") return "2026-01-31T09:00:00Z";
  if (format === "byte") return "aGVsbG8=";
  if (format === "date") return "2026-01-31";
  if (format === "uri" || name.endsWith("url")) return "https://example.com/page";
  if (format === "email" || /email/.test(name)) return "person@example.com";
  if (/phone/.test(name)) return "+15005550006";
  if (/^(id|.*_id|.*_ids?)$/.test(name)) return "ID";
  return `some ${name.replaceAll("_", " ")}`;
}

/** One condition on the first field that takes one value; filters that are required must have it, others show how it is written. */
function exampleFilter(operation: Operation): string | undefined {
  const fields = Object.entries(operation.filter?.fields ?? {});
  const [field, facts] = fields.find(([name, { single }]) => name !== "id" && single?.length) ?? fields[0] ?? [];
  if (field === undefined || !facts) return undefined;
  const [operator] = facts.single ?? facts.list ?? facts.none ?? [];
  if (operator === undefined) return undefined;
  if (!facts.single && !facts.list) return `${operator}(${field})`;
  const value = filterValue(field, facts);
  return `${operator}(${field},${facts.single ? value : `[${value}]`})`;
}

function filterValue(field: string, { type, format, enum: values }: FilterField): string {
  if (format === "date-time") return "2026-01-31T00:00:00Z";
  if (values?.[0] !== undefined) return type === "string" ? JSON.stringify(values[0]) : values[0];
  if (type === "boolean") return "true";
  if (type === "integer" || type === "number") return "1";
  return JSON.stringify(text(field.split(".").at(-1) ?? field, undefined));
}
