import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { parseJsonPath } from "./json-path.ts";
import { dataSources, schemaRelations, type ObjectSchemaRow, type SourceMappingRow } from "./object-rows.ts";
import { isOfType } from "./object-values.ts";

type Mappings = Pick<SourceMappingRow, "properties" | "relationships">;

/** Mappings of a body, checked against the schema that they are for. What the body leaves out stays. */
export function checkedMappings(
  attributes: JsonObject,
  schema: Pick<ObjectSchemaRow, "id" | "properties">,
  before: Mappings,
  ctx: Context,
): Mappings {
  const given = (name: string): JsonObject[] | undefined =>
    attributes[name] === undefined ? undefined : arrayOf(attributes[name]).map(objectOf);
  const properties = given("property_mappings");
  const relationships = given("relationship_mappings");
  for (const [i, mapping] of (properties ?? []).entries()) checkProperty(mapping, schema, `property_mappings/${i}`, ctx);
  for (const [i, mapping] of (relationships ?? []).entries()) checkRelationship(mapping, schema.id, `relationship_mappings/${i}`, ctx);
  if (properties) refuseTwice(properties, "id", "property_mappings");
  if (relationships) refuseTwice(relationships, "relationship_id", "relationship_mappings");
  return { properties: properties ?? before.properties, relationships: relationships ?? before.relationships };
}

function checkProperty(mapping: JsonObject, schema: Pick<ObjectSchemaRow, "properties">, place: string, ctx: Context): void {
  const property = schema.properties.find(({ id }) => id === mapping["id"]);
  if (!property) wrong(`${place}/id`, `The schema has no property with id ${String(mapping["id"])}.`);
  if (mapping["type"] === "simple") checkSource(objectOf(mapping["source"]), ["id_path", "data_path"], `${place}/source`, ctx);
  else if (!isOfType(property.type, mapping["value"] ?? null)) wrong(`${place}/value`, `The value is not of the type ${property.type}.`);
}

function checkRelationship(mapping: JsonObject, schema: string, place: string, ctx: Context): void {
  const id = textOf(mapping["relationship_id"]) ?? "";
  const relation = ctx
    .rows(schemaRelations)
    .where("schema", schema)
    .find((each) => each.relation === id);
  if (!relation) wrong(`${place}/relationship_id`, `The schema has no relationship with id ${id}.`);
  const source = objectOf(mapping["source"]);
  const isProfile = source["type"] === "profile";
  if (isProfile !== (relation.target === undefined))
    wrong(`${place}/source/type`, `The relationship '${relation.name}' is of the other kind.`);
  checkSource(source, isProfile ? ["id_path"] : ["id_path", "related_id_path"], `${place}/source`, ctx);
  const paths = arrayOf(source["related_id_paths"]).map(objectOf);
  if (isProfile && paths.length === 0) wrong(`${place}/source/related_id_paths`, "A profile relationship needs at least one identifier.");
  for (const [i, { path }] of paths.entries()) checkPath(path, `${place}/source/related_id_paths/${i}/path`);
}

function checkSource(source: JsonObject, paths: string[], place: string, ctx: Context): void {
  const id = textOf(source["source_id"]) ?? "";
  if (!ctx.rows(dataSources).has(id)) wrong(`${place}/source_id`, `A data-source with id ${id} does not exist.`);
  for (const path of paths) checkPath(source[path], `${place}/${path}`);
}

function checkPath(path: Json | undefined, place: string): void {
  if (!parseJsonPath(textOf(path) ?? "")) wrong(place, "The JSONPath cannot be read.");
}

function refuseTwice(mappings: JsonObject[], name: string, place: string): void {
  if (new Set(mappings.map((mapping) => mapping[name])).size < mappings.length) wrong(place, `The same '${name}' is mapped twice.`);
}

function wrong(field: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/${field}` } });
}
