import { defineResource, toManyByIndex, toManyIds, toOne } from "../engine/declare.ts";
import { objectOf } from "../engine/input.ts";
import { refusingAt } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { namedFields } from "./object-naming.ts";
import { ingestionLogs, objectRecords, objectSchemas, objectTypes, type ObjectTypeRow } from "./object-rows.ts";
import { newSchema } from "./object-schema-life.ts";

/** Kinds of custom objects (behaviour.md §2.17): making one makes a draft schema and a source mapping too. */
export const objectTypeResource = defineResource<ObjectTypeRow>({
  type: "object-type",
  path: "/api/object-types",
  collection: objectTypes,
  attributes: (type, ctx) => ({
    title: type.title,
    description: type.description,
    status: ctx.rows(objectSchemas).get(type.current ?? type.draft ?? "")?.status ?? "undefined",
    namespace: type.namespace,
    created_at: timeText(type.created, ctx),
    updated_at: timeText(type.updated, ctx),
  }),
  filters: { namespace: ({ namespace }) => namespace },
  relationships: {
    "current-schema": toOne("object-schema", ({ current }) => current, { data: "when set" }),
    "draft-schema": toOne("object-schema", ({ draft }) => draft, { data: "when set" }),
    "schema-versions": toManyByIndex("object-schema", "type"),
    // Read by actions: their ids are compounds, which no row has.
    "object-types": toManyIds("object-type", () => []),
    "profile-object-types": toManyIds("profile-object-type", () => []),
    "object-records": toManyByIndex("object-record", "type", { hidden: true }),
    "object-ingestion-logs": toManyByIndex("object-ingestion-log", "type", { hidden: true }),
  },
  create({ attributes }, ctx) {
    const type = { ...namedFields(attributes, objectTypes, ctx), id: ctx.ids.ulid(ctx.now), created: ctx.now, updated: ctx.now };
    const given = objectOf(objectOf(objectOf(attributes["object-schema"])["data"])["attributes"]);
    const schema = ctx.rows(objectSchemas).put(refusingAt("/data/attributes/object-schema", () => newSchema(ctx, type, given)));
    return { ...type, draft: schema.id };
  },
  remove(type, ctx) {
    for (const { id } of ctx.rows(objectSchemas).where("type", type.id)) ctx.remove("object-schema", id);
    for (const { id } of ctx.rows(objectRecords).where("type", type.id)) ctx.remove("object-record", id);
    for (const { id } of ctx.rows(ingestionLogs).where("type", type.id)) ctx.remove("object-ingestion-log", id);
  },
});
