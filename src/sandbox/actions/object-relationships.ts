import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineAction, type Action } from "../engine/declare.ts";
import { arrayOf, objectOf } from "../engine/input.ts";
import type { ApiRequest, Reply } from "../engine/request.ts";
import { objectSchemas, objectTypes, schemaRelations, type SchemaRelationRow } from "../resources/object-rows.ts";

/** Relationships read as resources of their own whose id joins the other end and the name (documented); a type has those of its current schema, else of its draft. */
const ENDS = {
  "object-type": { others: "object-types", people: "profile-object-types" },
  "object-schema": { others: "object-schemas", people: "profile-object-schemas" },
} as const;
type End = keyof typeof ENDS;

export const objectRelationshipReads: Action[] = [
  linkage("get_object_type_relationships", "object-type", "object-types"),
  linkage("get_profile_type_relationships", "object-type", "profile-object-types"),
  linkage("get_object_schema_relationships", "object-schema", "object-schemas"),
  linkage("get_profile_schema_relationships", "object-schema", "profile-object-schemas"),
  item("get_object_type", "object-type"),
  item("get_object_schema", "object-schema"),
];

function linkage(operation: string, end: End, name: string): Action {
  return defineAction(operation, (request, ctx) => {
    const data = resourcesOf(ctx, end, ctx.must(end, request.params["id"] ?? "").id, name).map(({ type, id }) => ({ type, id }));
    return { status: 200, body: { data, links: { self: request.self, next: null, prev: null } } };
  });
}

/** The item as the engine has it, with the relationships that only this file knows put in where they are included. */
function item(operation: string, end: End): Action {
  return defineAction(operation, (request, ctx): Reply => {
    const row = ctx.must(end, request.params["id"] ?? "");
    const names: string[] = Object.values(ENDS[end]);
    const asked = request.query.include.filter((name) => names.includes(name));
    const plain: ApiRequest = {
      ...request,
      query: { ...request.query, include: request.query.include.filter((name) => !names.includes(name)) },
    };
    const reply = ctx.reply.item(plain, end, row);
    const body = objectOf(reply.body);
    if (asked.length === 0) return reply;
    const relationships = objectOf(objectOf(body["data"])["relationships"]);
    const included = arrayOf(body["included"]);
    for (const name of asked) {
      const found = resourcesOf(ctx, end, row.id, name);
      relationships[name] = { data: found.map(({ type, id }) => ({ type, id })), ...objectOf(relationships[name]) };
      included.push(...found);
    }
    return { ...reply, body: { ...body, included } };
  });
}

function resourcesOf(ctx: Context, end: End, id: string, name: string): (JsonObject & { type: string; id: string })[] {
  const type = ctx.rows(objectTypes).get(id);
  const schema = end === "object-type" ? (type?.current ?? type?.draft ?? "") : id;
  const isPeople = name === ENDS[end].people;
  const relations = ctx
    .rows(schemaRelations)
    .where("schema", schema)
    .filter(({ target }) => (target === undefined) === isPeople);
  return relations.map((relation) => {
    const compound = `${otherEnd(ctx, end, relation)}:::${relation.name}`;
    const meta = { relationship_id: relation.relation, name: relation.name, description: relation.description ?? null };
    const self = `${ctx.origin}/api/${name}/${encodeURI(compound)}/`;
    return { type: name.replace(/s$/, ""), id: compound, attributes: { meta }, links: { self } };
  });
}

function otherEnd(ctx: Context, end: End, { target }: SchemaRelationRow): string {
  if (target === undefined) return "profile";
  return end === "object-schema" ? target : (ctx.rows(objectSchemas).get(target)?.type ?? target);
}
