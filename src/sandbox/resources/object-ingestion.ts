import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { logFailure } from "./ingestion-logs.ts";
import { parseJsonPath } from "./json-path.ts";
import {
  objectRecords,
  objectSchemas,
  objectTypes,
  rawRecords,
  recordId,
  sourceMappings,
  type ObjectSchemaRow,
  type RawRecordRow,
} from "./object-rows.ts";
import { isOfType, missingError, typeError } from "./object-values.ts";
import { linkRecord } from "./record-links.ts";
import { relatedOf, type Related } from "./record-relations.ts";

/** Turns what was sent to a data source into records of every type whose active schema maps it. */
export function ingestRecords({ ids }: JsonObject, ctx: Context): void {
  const schemas = [...ctx.rows(objectTypes).all()].flatMap(({ current = "" }) => ctx.rows(objectSchemas).get(current) ?? []);
  for (const id of arrayOf(ids)) {
    const raw = ctx.rows(rawRecords).get(String(id));
    if (raw) for (const schema of schemas) ingest(ctx, schema, raw);
  }
}

/** The same for everything that a schema's sources hold already, oldest first. */
export function ingestStored(ctx: Context, schema: ObjectSchemaRow): void {
  const mapping = ctx.rows(sourceMappings).get(schema.mapping);
  const sources = new Set([...(mapping?.properties ?? []), ...(mapping?.relationships ?? [])].map(sourceIdOf));
  for (const source of sources) {
    const stored = ctx.rows(rawRecords).where("source", source ?? "");
    for (const raw of stored.toSorted((a, b) => (a.id < b.id ? -1 : 1))) ingest(ctx, schema, raw);
  }
}

/** One raw record for one schema: all of it is right, or a log says why nothing was stored. */
function ingest(ctx: Context, schema: ObjectSchemaRow, raw: RawRecordRow): void {
  const mapping = ctx.rows(sourceMappings).get(schema.mapping);
  const properties = mapping?.properties.filter((each) => sourceIdOf(each) === raw.source) ?? [];
  const relationships = mapping?.relationships.filter((each) => sourceIdOf(each) === raw.source) ?? [];
  const first = properties[0] ?? relationships[0];
  if (!first) return;
  const key = valueAt(raw.record, objectOf(first["source"])["id_path"]);
  if (typeof key !== "string" && typeof key !== "number") {
    const error = key === undefined || key === null ? missingError("id") : typeError("id", "string", key);
    return logFailure(ctx, schema.type, undefined, [error]);
  }
  const id = recordId(schema.type, String(key));
  const errors: JsonObject[] = [];
  const values = properties.length > 0 ? valuesOf(ctx, schema, id, mapping?.properties ?? [], raw, errors) : undefined;
  const related = relationships.map((each): Related => relatedOf(ctx, schema.id, each, raw.record, errors));
  if (errors.length > 0) return logFailure(ctx, schema.type, String(key), errors);
  if (values) ctx.rows(objectRecords).put({ id, type: schema.type, properties: values });
  for (const { relation, to, additive } of related) linkRecord(ctx, id, relation, to, additive);
}

/** Values of a record after this one: constants, what this source says, and what other sources said before. */
function valuesOf(
  ctx: Context,
  schema: ObjectSchemaRow,
  id: string,
  mappings: readonly JsonObject[],
  raw: RawRecordRow,
  errors: JsonObject[],
): JsonObject {
  const before = ctx.rows(objectRecords).get(id)?.properties ?? {};
  const values: JsonObject = {};
  for (const property of schema.properties) {
    const mapping = mappings.find((each) => each["id"] === property.id);
    const isHere = mapping?.["type"] === "simple" && sourceIdOf(mapping) === raw.source;
    const value =
      mapping?.["type"] === "constant"
        ? mapping["value"]
        : isHere
          ? valueAt(raw.record, objectOf(mapping["source"])["data_path"])
          : before[property.name];
    if (value === undefined || value === null) {
      if (schema.required.includes(property.name)) errors.push(missingError(property.name));
    } else if (isOfType(property.type, value)) values[property.name] = value;
    else errors.push(typeError(property.name, property.type, value));
  }
  return values;
}

function sourceIdOf(mapping: JsonObject): string | undefined {
  return textOf(objectOf(mapping["source"])["source_id"]);
}

function valueAt(record: JsonObject, path: Json | undefined): Json | undefined {
  return parseJsonPath(textOf(path) ?? "")?.read(record);
}
