import type { Json, JsonObject } from "../../lib/json.ts";
import { arrayOf, numberOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import type { ObjectSchemaRow, PropertyType, SchemaProperty } from "./object-rows.ts";

type Fields = Pick<ObjectSchemaRow, "properties" | "required">;

/** Properties of a schema out of a body, checked: ids and names once each, what is required known. What the body leaves out stays. */
export function schemaFields(attributes: JsonObject, before: Fields = { properties: [], required: [] }): Fields {
  const properties = attributes["properties"] === undefined ? before.properties : arrayOf(attributes["properties"]).map(propertyOf);
  const required = attributes["required"] === undefined ? before.required : arrayOf(attributes["required"]).map(String);
  if (new Set(properties.map(({ id }) => id)).size < properties.length) wrong("properties", "Property ids must be unique within a schema.");
  const names = new Set(properties.map(({ name }) => name));
  if (names.size < properties.length) wrong("properties", "Property names must be unique within a schema.");
  const unknown = required.find((name) => !names.has(name));
  if (unknown !== undefined) wrong("required", `'${unknown}' is required but is not a property of the schema.`);
  return { properties, required };
}

function propertyOf(value: Json): SchemaProperty {
  const { id, name, type, description } = objectOf(value);
  const text = textOf(description);
  const property = { id: numberOf(id) ?? 0, name: textOf(name) ?? "", type: textOf(type) as PropertyType };
  if (property.id < 1) wrong("properties", "The id of a property must be a positive integer.");
  if (property.name === "") wrong("properties", "A property needs a name.");
  return { ...property, ...(text !== undefined && { description: text }) };
}

function wrong(field: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/${field}` } });
}
