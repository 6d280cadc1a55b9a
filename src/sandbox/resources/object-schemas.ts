import { isoSeconds } from "../../lib/clock.ts";
import { defineResource, toManyIds, toOne } from "../engine/declare.ts";
import { refuse } from "../engine/refusal.ts";
import { objectSchemas, objectTypes, schemaRelations, sourceMappings, type ObjectSchemaRow, type ObjectTypeRow } from "./object-rows.ts";
import { schemaFields } from "./object-schema-fields.ts";
import { activateSchema, keptMappings, newSchema, publishing, renamed, schemaLife } from "./object-schema-life.ts";

/** Schemas of custom objects (behaviour.md §2.17). A type has one draft at most (assumed). */
export const objectSchemaResource = defineResource<ObjectSchemaRow>({
  type: "object-schema",
  path: "/api/object-schemas",
  collection: objectSchemas,
  collections: [schemaRelations],
  attributes: (schema, ctx) => ({
    title: schema.title,
    description: schema.description,
    status: schema.status,
    properties: schema.properties.map((property) => ({ description: null, ...property })),
    required: schema.required,
    published_at: schema.published === undefined ? null : isoSeconds(schema.published),
    visibility: ctx.rows(objectTypes).get(schema.type)?.visibility ?? "private",
  }),
  relationships: {
    "source-mapping": toOne("source-mapping", ({ mapping }) => mapping),
    // Read and written by actions: their ids are compounds, which no row has.
    "object-schemas": toManyIds("object-schema", () => []),
    "profile-object-schemas": toManyIds("profile-object-schema", () => []),
  },
  create({ attributes, one }, ctx) {
    const source = { pointer: "/data/relationships/object-type" };
    const id = one("object-type") ?? refuse("invalid", "An object type is required.", { source });
    // Safe: the row is of the type that is asked for.
    const type = ctx.must("object-type", id) as ObjectTypeRow;
    if (type.draft !== undefined) refuse("conflict", `The object-type ${id} has a draft schema already.`, { source });
    const named = renamed(type, type, attributes, ctx);
    const schema = newSchema(ctx, named, attributes);
    ctx.rows(objectTypes).put({ ...named, draft: schema.id, updated: ctx.now });
    return schema;
  },
  update(schema, { attributes }, ctx) {
    const type = ctx.rows(objectTypes).get(schema.type);
    const status = schemaLife.next(schema.status, "edit");
    if (!type) return schema;
    const { title, description, ...rest } = renamed(schema, type, attributes, ctx);
    const changed = { ...rest, title, description, status, ...schemaFields(attributes, schema) };
    const mapping = ctx.rows(sourceMappings).get(schema.mapping);
    if (mapping) ctx.rows(sourceMappings).put({ ...mapping, ...keptMappings(mapping, changed) });
    ctx.rows(objectTypes).put({ ...type, title, description, updated: ctx.now });
    return attributes["status"] === "active" ? publishing(ctx, changed) : changed;
  },
  remove(schema, ctx) {
    ctx.remove("source-mapping", schema.mapping);
    const relations = ctx.rows(schemaRelations);
    for (const { id } of [...relations.where("schema", schema.id), ...relations.where("target", schema.id)]) relations.remove(id);
  },
  tasks: { activate_object_schema: activateSchema },
});
