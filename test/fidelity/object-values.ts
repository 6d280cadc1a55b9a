import type { JsonObject } from "../../src/lib/json.ts";
import { always, type From, type Override } from "./override.ts";
import { dataOf } from "./shop.ts";

const PROPERTIES = [{ id: 1, name: "name", type: "string" }];
const PET = { properties: PROPERTIES, required: ["name"] };

/** Custom objects: schemas, mappings and records hang together by ids that their schemas do not show. */
export const OBJECT_VALUES: Record<string, Override> = {
  create_object_type: always("a schema's parts name each other", { object_schema: PET }),
  create_object_schema: {
    because: "a type is obligatory, and a schema's parts name each other",
    args: async (from) => ({ ...PET, source_mapping: undefined, status: "draft", object_type: (await liveType(from)).type }),
  },
  update_object_schema: always("a schema's parts name each other", { ...PET, status: undefined }),
  update_source_mapping: {
    because: "paths have a grammar of their own, and a source is named by its id",
    args: async ({ ids }) => ({ property_mappings: [mapped(await ids.one("data-source"))], relationship_mappings: undefined }),
  },
  bulk_create_data_source_records: records("data_source_records", [{ record: { id: "p1", name: "Rex" } }]),
  create_data_source_record: records("data_source_record", { record: { id: "p1", name: "Rex" } }),
  create_object_schema_relationship: {
    because: "a relationship leads to another schema",
    args: async ({ ids }) => ({ object_schemas: [{ id: await ids.fresh("object-schema"), name: "friend" }] }),
  },
  update_object_schema_relationship: related("object-schema", (schema) => ({ object_schemas: { ...schema, name: "best_friend" } })),
  delete_object_schema_relationship: related("object-schema", (schema) => ({ object_schemas: [schema] })),
  create_profile_schema_relationship: always("the schema of profiles has one id", {
    profile_object_schemas: [{ id: "profile", name: "owner" }],
  }),
  update_profile_schema_relationship: related("profile-object-schema", (schema) => ({
    profile_object_schemas: { ...schema, name: "keeper" },
  })),
  delete_profile_schema_relationship: related("profile-object-schema", (schema) => ({ profile_object_schemas: [schema] })),
};

function records(name: string, value: JsonObject | JsonObject[]): Override {
  return {
    because: "a source is obligatory, and a record has the members that are mapped",
    args: async ({ ids }) => ({ [name]: value, data_source: await ids.one("data-source") }),
  };
}

function mapped(source: string): JsonObject {
  return { id: 1, type: "simple", source: { source_id: source, id_path: "$['id']", data_path: "$['name']" } };
}

/** A relationship that is there, and what is sent about it. */
function related(kind: string, args: (schema: JsonObject) => JsonObject): Override {
  return {
    because: "a relationship is named by an id that only its schema's read shows",
    async args({ ids, shop }) {
      const id = await ids.fresh("object-schema");
      const target = kind === "object-schema" ? await ids.fresh("object-schema") : "profile";
      const path = `/api/object-schemas/${id}`;
      await shop.call("POST", `${path}/relationships/${kind}s`, { data: [{ type: kind, id: target, meta: { name: "first" } }] });
      const { body } = await shop.ask(path, { include: `${kind}s` });
      const [included] = (body?.["included"] ?? []) as { attributes: { meta: { relationship_id: string } } }[];
      return { id, ...args({ id: target, relationship_id: included?.attributes.meta.relationship_id ?? "" }) };
    },
  };
}

/** A type whose schema is published, so that a new draft can be made and records can come in. */
async function liveType({ ids, shop }: From): Promise<{ type: string; source: string }> {
  const type = await ids.fresh("object-type");
  const schema = dataOf(await shop.ask(`/api/object-types/${type}/draft-schema`))[0]?.id ?? "";
  const mapping = dataOf(await shop.ask(`/api/object-schemas/${schema}/source-mapping`))[0]?.id ?? "";
  const source = await ids.one("data-source");
  const patch = (kind: string, id: string, attributes: JsonObject): Promise<unknown> =>
    shop.call("PATCH", `/api/${kind}s/${id}`, { data: { type: kind, id, attributes } });
  await patch("source-mapping", mapping, { property_mappings: [mapped(source)] });
  await patch("object-schema", schema, { status: "active" });
  shop.sandbox.control.advance(5000);
  return { type, source };
}

/** Id of a record of a type that is live. */
export async function recordOf(from: From): Promise<string> {
  const { shop } = from;
  const { type, source } = await liveType(from);
  const record = { data: [{ type: "data-source-record", attributes: { record: { id: "p1", name: "Rex" } } }] };
  const relationships = { "data-source": { data: { type: "data-source", id: source } } };
  const data = { type: "data-source-record-bulk-create-job", attributes: { "data-source-records": record }, relationships };
  await shop.call("POST", "/api/data-source-record-bulk-create-jobs", { data });
  shop.sandbox.control.advance(5000);
  return dataOf(await shop.ask(`/api/object-types/${type}/object-records`))[0]?.id ?? "";
}
