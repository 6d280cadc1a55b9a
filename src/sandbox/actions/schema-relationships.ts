import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineAction, type Action } from "../engine/declare.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import type { ApiRequest } from "../engine/request.ts";
import { objectSchemas, schemaRelations, sourceMappings, type ObjectSchemaRow, type SchemaRelationRow } from "../resources/object-rows.ts";
import { schemaLife } from "../resources/object-schema-life.ts";

/** Named relationships of a draft schema to people and to other schemas (behaviour.md §2.17). One is told from another by the relationship id in `meta`. */
export const schemaRelationshipWrites: Action[] = (["object", "profile"] as const).flatMap((kind) => [
  defineAction(`create_${kind}_schema_relationship`, (request, ctx) => {
    const schema = draftOf(request, ctx);
    for (const [i, each] of arrayOf(objectOf(request.body)["data"]).map(objectOf).entries()) add(ctx, schema, kind, each, `/data/${i}`);
    return ctx.reply.empty(request);
  }),
  defineAction(`update_${kind}_schema_relationship`, (request, ctx) => {
    const data = objectOf(objectOf(request.body)["data"]);
    const relation = relationOf(ctx, draftOf(request, ctx), kind, data, "/data");
    const { name, description } = objectOf(data["meta"]);
    const wanted = textOf(name) ?? relation.name;
    if (wanted !== relation.name) refuseTaken(ctx, relation.schema, kind, wanted, "/data/meta/name");
    ctx
      .rows(schemaRelations)
      .put(described({ ...relation, name: wanted }, description === undefined ? relation.description : textOf(description)));
    return ctx.reply.empty(request);
  }),
  defineAction(`delete_${kind}_schema_relationship`, (request, ctx) => {
    const schema = draftOf(request, ctx);
    for (const [i, each] of arrayOf(objectOf(request.body)["data"]).map(objectOf).entries()) {
      const relation = relationOf(ctx, schema, kind, each, `/data/${i}`);
      ctx.rows(schemaRelations).remove(relation.id);
      const mapping = ctx.rows(sourceMappings).get(schema.mapping);
      const kept = mapping?.relationships.filter((one) => one["relationship_id"] !== relation.relation);
      if (mapping && kept) ctx.rows(sourceMappings).put({ ...mapping, relationships: kept });
    }
    return ctx.reply.empty(request);
  }),
]);

type Kind = "object" | "profile";

function draftOf({ params }: ApiRequest, ctx: Context): ObjectSchemaRow {
  const { id } = ctx.must("object-schema", params["id"] ?? "");
  const schema = ctx.rows(objectSchemas).get(id) ?? refuse("not_found", "The schema does not exist.");
  schemaLife.next(schema.status, "edit");
  return schema;
}

function add(ctx: Context, schema: ObjectSchemaRow, kind: Kind, data: JsonObject, pointer: string): void {
  const meta = objectOf(data["meta"]);
  const name = textOf(meta["name"]) ?? "";
  if (name === "") refuse("invalid", "A relationship needs a name.", { source: { pointer: `${pointer}/meta/name` } });
  refuseTaken(ctx, schema.id, kind, name, `${pointer}/meta/name`);
  const target = targetOf(ctx, kind, data, pointer);
  const relation = ctx.ids.ulid(ctx.now);
  const row = { id: `${schema.id}\t${relation}`, schema: schema.id, relation, name, ...(target !== undefined && { target }) };
  ctx.rows(schemaRelations).put(described(row, textOf(meta["description"])));
}

/** There is one schema of people, and its id is always `profile`. */
function targetOf(ctx: Context, kind: Kind, data: JsonObject, pointer: string): string | undefined {
  const id = textOf(data["id"]) ?? "";
  if (kind === "object") return ctx.must("object-schema", id).id;
  if (id !== "profile") refuse("invalid", "The id of the profile schema is always 'profile'.", { source: { pointer: `${pointer}/id` } });
  return undefined;
}

function relationOf(ctx: Context, schema: ObjectSchemaRow, kind: Kind, data: JsonObject, pointer: string): SchemaRelationRow {
  const target = targetOf(ctx, kind, data, pointer);
  const id = textOf(objectOf(data["meta"])["relationship_id"]) ?? "";
  const found = ctx.rows(schemaRelations).get(`${schema.id}\t${id}`);
  return found && found.target === target ? found : refuse("not_found", `A relationship with id ${id} does not exist on this schema.`);
}

/** Names part the relationships of one kind: the ids that they are read by are made of them. */
function refuseTaken(ctx: Context, schema: string, kind: Kind, name: string, pointer: string): void {
  const isTaken = ctx
    .rows(schemaRelations)
    .where("schema", schema)
    .some((each) => each.name === name && (each.target === undefined) === (kind === "profile"));
  if (isTaken) refuse("duplicate", `The schema has a relationship named '${name}' already.`, { source: { pointer } });
}

/** The relationship with this description, or with none. */
function described(before: SchemaRelationRow, description: string | undefined): SchemaRelationRow {
  const { description: _, ...relation } = before;
  return { ...relation, ...(description !== undefined && { description }) };
}
