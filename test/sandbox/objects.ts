import type { JsonObject } from "../../src/lib/json.ts";
import { dataOf, type Called } from "./open.ts";
import { idOf, openPeople, type People } from "./people.ts";

/** An account with short ways to custom objects. */
export type Objects = People & ObjectWays;

interface ObjectWays {
  source(title?: string): Promise<string>;
  /** Makes a type with a draft schema and returns the ids of its parts. */
  type(title?: string, schema?: JsonObject): Promise<Parts>;
  /** Ties the draft to people or to another schema and returns the relationship's id. */
  relate(schema: string, name: string, target?: string): Promise<string>;
  map(mapping: string, attributes: JsonObject): Promise<Called>;
  /** Publishes a draft and waits for it. */
  activate(schema: string): Promise<void>;
  /** Sends records and waits until they are taken in. */
  ingest(source: string, ...records: JsonObject[]): Promise<Called>;
  records(type: string): Promise<Record<string, JsonObject>>;
  logs(type: string, query?: string): Promise<JsonObject[]>;
}

interface Parts {
  type: string;
  schema: string;
  mapping: string;
}

/** Schema of a pet: id, name, age and weight, of which the name is required. */
export const PET: JsonObject = {
  properties: [
    { id: 1, name: "name", type: "string" },
    { id: 2, name: "age", type: "int" },
    { id: 3, name: "weight", type: "float" },
    { id: 4, name: "born", type: "timestamp" },
    { id: 5, name: "tame", type: "boolean" },
  ],
  required: ["name"],
};

export async function openObjects(): Promise<Objects> {
  return withObjects(await openPeople());
}

/** The same for an account that has other short ways already. */
export function withObjects<P extends People>(people: P): P & ObjectWays {
  const { call, control } = people;
  return {
    ...people,
    source: async (title = "Clinic") => idOf(await call("POST /api/data-sources", body("data-source", { title }))),
    async type(title = "Pet", schema = PET) {
      const embedded = { data: { type: "object-schema", attributes: schema } };
      const type = idOf(await call("POST /api/object-types", body("object-type", { title, "object-schema": embedded })));
      const draft = idOf(await call(`GET /api/object-types/${type}/draft-schema`));
      return { type, schema: draft, mapping: idOf(await call(`GET /api/object-schemas/${draft}/source-mapping`)) };
    },
    async relate(schema, name, target) {
      const kind = target === undefined ? "profile-object-schema" : "object-schema";
      await call(`POST /api/object-schemas/${schema}/relationships/${kind}s`, {
        data: [{ type: kind, id: target ?? "profile", meta: { name } }],
      });
      const { body: read } = await call(`GET /api/object-schemas/${schema}?include=${kind}s`);
      const included = read["included"] as { attributes: { meta: { name: string; relationship_id: string } } }[];
      return included.find(({ attributes }) => attributes.meta.name === name)?.attributes.meta.relationship_id ?? "";
    },
    map: (id, attributes) => call(`PATCH /api/source-mappings/${id}`, body("source-mapping", attributes, { id })),
    async activate(id) {
      await call(`PATCH /api/object-schemas/${id}`, body("object-schema", { status: "active" }, { id }));
      control.advance(2000);
    },
    async ingest(source, ...records) {
      const answer = await call("POST /api/data-source-record-bulk-create-jobs", bulk(source, records));
      control.advance(2000);
      return answer;
    },
    async records(type) {
      const rows = dataOf(await call(`GET /api/object-types/${type}/object-records?page[size]=100`));
      return Object.fromEntries(
        rows.map(({ id, attributes }) => [id.slice(type.length + 3), attributes["record_properties"] as JsonObject]),
      );
    },
    logs: async (type, query = "") =>
      dataOf(await call(`GET /api/object-types/${type}/object-ingestion-logs${query}`)).map(({ attributes }) => attributes),
  };
}

export function body(type: string, attributes: JsonObject, more: JsonObject = {}): JsonObject {
  return { data: { type, attributes, ...more } };
}

export function bulk(source: string, records: JsonObject[]): JsonObject {
  const data = records.map((record) => ({ type: "data-source-record", attributes: { record } }));
  const relationships = { "data-source": { data: { type: "data-source", id: source } } };
  return body("data-source-record-bulk-create-job", { "data-source-records": { data } }, { relationships });
}

export function simple(id: number, source: string, path: string): JsonObject {
  return { id, type: "simple", source: { source_id: source, id_path: "$['id']", data_path: path } };
}

/** Mapping of a relationship to people by email address. */
export function byEmail(relation: string, source: string, more: JsonObject = {}): JsonObject {
  const paths = [{ identifier_type: "email", path: "$['owner']" }];
  return {
    relationship_id: relation,
    type: "simple",
    source: { source_id: source, type: "profile", id_path: "$['id']", related_id_paths: paths, ...more },
  };
}

/** A pet type that is live: its name and age mapped from a source. */
export async function livePet(objects: Objects): Promise<{ source: string; type: string; owner: string }> {
  const source = await objects.source();
  const { type, schema, mapping } = await objects.type();
  const owner = await objects.relate(schema, "owner");
  await objects.map(mapping, {
    property_mappings: [simple(1, source, "$['name']"), simple(2, source, "$['age']")],
    relationship_mappings: [byEmail(owner, source)],
  });
  await objects.activate(schema);
  return { source, type, owner };
}
