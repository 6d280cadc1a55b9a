import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { defineMachine } from "../engine/machine.ts";
import { refusingAt } from "../engine/refusal.ts";
import { ingestStored } from "./object-ingestion.ts";
import { checkedTitle, refuseTaken } from "./object-naming.ts";
import {
  objectSchemas,
  objectTypes,
  schemaRelations,
  sourceMappings,
  type ObjectSchemaRow,
  type ObjectTypeRow,
  type SchemaStatus,
  type SourceMappingRow,
} from "./object-rows.ts";
import { schemaFields } from "./object-schema-fields.ts";
import { checkedMappings } from "./source-mapping-check.ts";

/** Only a draft can be edited (documented); publishing takes a moment. */
export const schemaLife = defineMachine<SchemaStatus, "edit" | "publish" | "activate" | "supersede">("schema", {
  draft: { edit: "draft", publish: "publishing" },
  publishing: { activate: "active" },
  active: { supersede: "undefined" },
  undefined: {},
});

const PUBLISHING_MS = 2000;

/**
 * A new draft of a type, not stored yet, its mapping stored. A draft that follows an active schema has that one's relationships, and its mapping
 * as far as the properties are still there, unless the body maps anew (assumed).
 */
export function newSchema(ctx: Context, type: Pick<ObjectTypeRow, "id" | "title" | "description" | "current">, attributes: JsonObject) {
  const id = ctx.ids.ulid(ctx.now);
  const fields = schemaFields(attributes);
  const before = type.current === undefined ? undefined : ctx.rows(objectSchemas).get(type.current);
  for (const relation of before ? ctx.rows(schemaRelations).where("schema", before.id) : []) {
    ctx.rows(schemaRelations).put({ ...relation, id: `${id}\t${relation.relation}`, schema: id });
  }
  const kept = keptMappings(before && ctx.rows(sourceMappings).get(before.mapping), fields);
  const given = objectOf(objectOf(objectOf(attributes["source-mapping"])["data"])["attributes"]);
  const mappings = refusingAt("/data/attributes/source-mapping", () => checkedMappings(given, { id, ...fields }, kept, ctx));
  const mapping = { id: ctx.ids.ulid(ctx.now), schema: id, ...mappings };
  ctx.rows(sourceMappings).put(mapping);
  const { title, description } = type;
  const schema: ObjectSchemaRow = { id, type: type.id, title, description, status: "draft", ...fields, mapping: mapping.id };
  return attributes["status"] === "active" ? publishing(ctx, schema) : schema;
}

/** The schema on its way to being active. */
export function publishing(ctx: Context, schema: ObjectSchemaRow): ObjectSchemaRow {
  ctx.settle(PUBLISHING_MS, "activate_object_schema", { id: schema.id });
  return { ...schema, status: schemaLife.next(schema.status, "publish") };
}

/** Makes a schema the current one of its type. What was sent before the first of them is taken in now (assumed). */
export function activateSchema({ id }: JsonObject, ctx: Context): void {
  const schemas = ctx.rows(objectSchemas);
  const schema = schemas.get(String(id));
  const type = schema && ctx.rows(objectTypes).get(schema.type);
  // The type was removed meanwhile.
  if (!type) return;
  const active = schemas.put({ ...schema, status: schemaLife.next(schema.status, "activate"), published: ctx.now });
  const { draft: _, current, ...rest } = type;
  ctx.rows(objectTypes).put({ ...rest, current: active.id, updated: ctx.now });
  const before = current === undefined ? undefined : schemas.get(current);
  if (before) schemas.put({ ...before, status: schemaLife.next(before.status, "supersede") });
  else ingestStored(ctx, active);
}

/** Title and description of a type move in lockstep with those of its schema (documented). Null clears a description. */
export function renamed<T extends Pick<ObjectTypeRow, "title" | "description">>(
  row: T,
  type: ObjectTypeRow,
  attributes: JsonObject,
  ctx: Context,
): T {
  const title = attributes["title"] == null ? row.title : checkedTitle(attributes["title"]);
  const description = attributes["description"] === undefined ? row.description : (textOf(attributes["description"]) ?? "");
  if (title !== type.title) refuseTaken(objectTypes, type.namespace, title, ctx);
  return { ...row, title, description };
}

/** Mappings without those to properties that are gone. */
export function keptMappings(
  mapping: SourceMappingRow | undefined,
  { properties }: Pick<ObjectSchemaRow, "properties">,
): Pick<SourceMappingRow, "properties" | "relationships"> {
  const ids = new Set<unknown>(properties.map(({ id }) => id));
  return { properties: mapping?.properties.filter((each) => ids.has(each["id"])) ?? [], relationships: mapping?.relationships ?? [] };
}
