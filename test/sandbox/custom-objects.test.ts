import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { PET, body, bulk, byEmail, livePet, openObjects, simple, type Objects } from "./objects.ts";
import { dataOf, errorOf } from "./open.ts";
import { attributesOf, idOf } from "./people.ts";
import { behaviour, behaviours } from "./provenance.ts";

let objects: Objects;
beforeEach(async () => {
  objects = await openObjects();
});
afterEach(() => objects.close());

const documented = { as: "documented", from: "behaviour.md §2.17" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.17" } as const;
const status = async (schema: string) => attributesOf(await objects.call(`GET /api/object-schemas/${schema}`))["status"];
const patch = (schema: string, attributes: object) =>
  objects.call(`PATCH /api/object-schemas/${schema}`, body("object-schema", { ...attributes }, { id: schema }));

describe("a data source", () => {
  behaviour("has a title that is unique in its namespace", documented, async () => {
    await objects.source("Clinic");
    const again = await objects.call("POST /api/data-sources", body("data-source", { title: "Clinic" }));
    expect([again.status, errorOf(again).code, errorOf(again).source]).toEqual([409, "duplicate", { pointer: "/data/attributes/title" }]);
    const elsewhere = body("data-source", { title: "Clinic", namespace: "applications/01J7C23V8XWMRG13FMD7VZN6GW" });
    expect((await objects.call("POST /api/data-sources", elsewhere)).status).toBe(201);
  });

  behaviours('is refused with the title "%s"', documented, [[""], ["x".repeat(256)]], async (title) => {
    const answer = await objects.call("POST /api/data-sources", body("data-source", { title }));
    expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: "/data/attributes/title" }]);
  });

  behaviour("is private and of custom-objects unless told otherwise", documented, async () => {
    const read = attributesOf(await objects.call(`GET /api/data-sources/${await objects.source("A")}`));
    expect(read).toEqual({ title: "A", visibility: "private", description: "", namespace: "custom-objects" });
  });
});

describe("an object type", () => {
  behaviour("comes with a draft schema and an empty source mapping", documented, async () => {
    const { type, schema, mapping } = await objects.type();
    const { attributes, relationships } = dataOf(await objects.call(`GET /api/object-types/${type}`))[0] ?? {};
    expect(attributes?.["status"]).toBe("draft");
    expect(relationships?.["draft-schema"]?.["data"]).toEqual({ type: "object-schema", id: schema });
    expect(relationships?.["current-schema"]?.["data"]).toBeUndefined();
    const read = attributesOf(await objects.call(`GET /api/source-mappings/${mapping}`));
    expect(read).toEqual({ property_mappings: [], relationship_mappings: [] });
  });

  behaviour("shares title and description with its schema", documented, async () => {
    const { type, schema } = await objects.type("Pet");
    await patch(schema, { title: "Animal", description: "All of them" });
    expect(attributesOf(await objects.call(`GET /api/object-types/${type}`))).toMatchObject({
      title: "Animal",
      description: "All of them",
    });
  });

  behaviour("is filtered by namespace", documented, async () => {
    const { type } = await objects.type();
    const found = async (namespace: string) =>
      dataOf(await objects.call(`GET /api/object-types?filter=${encodeURIComponent(`equals(namespace,"${namespace}")`)}`)).map(
        ({ id }) => id,
      );
    expect([await found("custom-objects"), await found("other")]).toEqual([[type], []]);
  });

  behaviour("takes schemas, records, links and logs along", assumed, async () => {
    const { source, type } = await livePet(objects);
    await objects.person({ email: "a@example.com" });
    await objects.ingest(source, { id: "p1", name: "Rex", owner: "a@example.com" }, { id: "p2" });
    await objects.records(type);
    const names = ["object_schemas", "source_mappings", "schema_relations", "object_records", "record_links", "ingestion_logs"];
    const counts = () => names.map((name) => objects.control.state().counts[name]);
    expect(counts()).toEqual([1, 1, 1, 1, 1, 1]);
    expect((await objects.call(`DELETE /api/object-types/${type}`)).status).toBe(204);
    expect((await objects.call(`GET /api/object-records/${type}:::p1`)).status).toBe(404);
    expect(counts()).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe("a schema", () => {
  behaviour("is published for a moment before it is active", documented, async () => {
    const { type, schema } = await objects.type();
    expect(attributesOf(await patch(schema, { status: "active" }))["status"]).toBe("publishing");
    objects.control.advance(2000);
    const { relationships, attributes } = dataOf(await objects.call(`GET /api/object-types/${type}`))[0] ?? {};
    expect([await status(schema), attributes?.["status"]]).toEqual(["active", "active"]);
    expect(relationships?.["current-schema"]?.["data"]).toEqual({ type: "object-schema", id: schema });
    expect((await objects.call(`GET /api/object-types/${type}/draft-schema`)).body["data"]).toBeNull();
  });

  behaviour("can be edited while it is a draft only", documented, async () => {
    const { schema } = await objects.type();
    await objects.activate(schema);
    const relate = { data: [{ type: "profile-object-schema", id: "profile", meta: { name: "owner" } }] };
    const refused = [
      await patch(schema, { title: "New" }),
      await patch(schema, { status: "draft" }),
      await objects.call(`POST /api/object-schemas/${schema}/relationships/profile-object-schemas`, relate),
    ];
    expect(refused.map((answer) => [answer.status, errorOf(answer).code])).toEqual(refused.map(() => [409, "conflict"]));
  });

  behaviour("has a successor that keeps relationships and mapping", assumed, async () => {
    const source = await objects.source();
    const { type, schema, mapping } = await objects.type();
    const owner = await objects.relate(schema, "owner");
    await objects.map(mapping, {
      property_mappings: [simple(1, source, "$.name"), simple(2, source, "$.age")],
      relationship_mappings: [byEmail(owner, source)],
    });
    await objects.activate(schema);
    const relationships = { "object-type": { data: { type: "object-type", id: type } } };
    const properties = [{ id: 1, name: "name", type: "string" }];
    const next = body("object-schema", { title: "Pet", properties }, { relationships });
    const draft = idOf(await objects.call("POST /api/object-schemas", next));
    expect((await objects.call("POST /api/object-schemas", next)).status).toBe(409);
    const kept = attributesOf(await objects.call(`GET /api/object-schemas/${draft}/source-mapping`));
    expect(kept).toEqual({ property_mappings: [simple(1, source, "$.name")], relationship_mappings: [byEmail(owner, source)] });
    await objects.activate(draft);
    expect([await status(schema), await status(draft)]).toEqual(["undefined", "active"]);
    const versions = dataOf(await objects.call(`GET /api/object-types/${type}/schema-versions`)).map(({ id }) => id);
    expect(versions).toEqual([schema, draft]);
  });

  behaviours(
    "is refused with %s",
    assumed,
    [
      ["an id twice", { properties: [PET, PET].map(() => ({ id: 1, name: "a", type: "string" })) }, "properties"],
      ["a name twice", { properties: [1, 2].map((id) => ({ id, name: "a", type: "string" })) }, "properties"],
      ["an id below 1", { properties: [{ id: 0, name: "a", type: "string" }] }, "properties"],
      ["an unknown required property", { required: ["colour"] }, "required"],
    ],
    async (_, attributes, field) => {
      const { schema } = await objects.type();
      const answer = await patch(schema, attributes);
      expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: `/data/attributes/${field}` }]);
    },
  );
});

describe("a relationship of schemas", () => {
  behaviour("is read by compound ids on both ends", documented, async () => {
    const pet = await objects.type("Pet");
    const toy = await objects.type("Toy");
    await objects.relate(pet.schema, "toys", toy.schema);
    await objects.relate(pet.schema, "owner");
    const ids = async (path: string) => dataOf(await objects.call(`GET /api/${path}`)).map(({ type, id }) => `${type} ${id}`);
    expect(await ids(`object-schemas/${pet.schema}/relationships/object-schemas`)).toEqual([`object-schema ${toy.schema}:::toys`]);
    expect(await ids(`object-schemas/${pet.schema}/relationships/profile-object-schemas`)).toEqual([
      "profile-object-schema profile:::owner",
    ]);
    expect(await ids(`object-types/${pet.type}/relationships/object-types`)).toEqual([`object-type ${toy.type}:::toys`]);
    expect(await ids(`object-types/${pet.type}/relationships/profile-object-types`)).toEqual(["profile-object-type profile:::owner"]);
  });

  behaviour("is changed and removed by its relationship id", documented, async () => {
    const { schema } = await objects.type();
    const id = await objects.relate(schema, "owner");
    const path = `/api/object-schemas/${schema}/relationships/profile-object-schemas`;
    const data = (meta: object) => ({ type: "profile-object-schema", id: "profile", meta });
    const names = async () => dataOf(await objects.call(`GET ${path}`)).map((each) => each.id);
    expect(
      (await objects.call(`PATCH ${path}`, { data: data({ relationship_id: id, name: "keeper", description: "Who feeds it" }) })).status,
    ).toBe(204);
    expect(await names()).toEqual(["profile:::keeper"]);
    expect((await objects.call(`DELETE ${path}`, { data: [data({ relationship_id: "01K97SE7GH4TE57FVNQY310QAK" })] })).status).toBe(404);
    expect((await objects.call(`DELETE ${path}`, { data: [data({ relationship_id: id })] })).status).toBe(204);
    expect(await names()).toEqual([]);
  });

  behaviour("has a name of its own in the schema", assumed, async () => {
    const { schema } = await objects.type();
    await objects.relate(schema, "owner");
    const path = `/api/object-schemas/${schema}/relationships/profile-object-schemas`;
    const answer = await objects.call(`POST ${path}`, {
      data: [{ type: "profile-object-schema", id: "profile", meta: { name: "owner" } }],
    });
    expect([answer.status, errorOf(answer).source]).toEqual([409, { pointer: "/data/0/meta/name" }]);
  });
});

describe("what is wrong inside a new type", () => {
  behaviour("is pointed to where it stands", assumed, async () => {
    const pointerFor = async (schema: JsonObject) => {
      const embedded = { data: { type: "object-schema", attributes: schema } };
      const answer = await objects.call("POST /api/object-types", body("object-type", { title: "Car", "object-schema": embedded }));
      return [answer.status, errorOf(answer).source["pointer"]];
    };
    const at = "/data/attributes/object-schema/data/attributes";
    expect(await pointerFor({ ...PET, required: ["colour"] })).toEqual([400, `${at}/required`]);
    const mapping = {
      data: { type: "source-mapping", attributes: { property_mappings: [simple(9, "x", "$['a']")], relationship_mappings: [] } },
    };
    expect(await pointerFor({ ...PET, "source-mapping": mapping })).toEqual([
      400,
      `${at}/source-mapping/data/attributes/property_mappings/0/id`,
    ]);
  });
});

describe("a source mapping", () => {
  const from = (source: string) => simple(1, source, "$['name']");
  behaviours(
    "is refused with %s",
    assumed,
    [
      ["an unknown property", (source: string) => ({ property_mappings: [{ ...from(source), id: 9 }] }), "property_mappings/0/id"],
      ["a property twice", (source: string) => ({ property_mappings: [from(source), from(source)] }), "property_mappings"],
      ["an unknown source", () => ({ property_mappings: [from("01JT8ZFT0RD24A0XPXQVNBBB04")] }), "property_mappings/0/source/source_id"],
      ["no path", (source: string) => ({ property_mappings: [simple(1, source, "name")] }), "property_mappings/0/source/data_path"],
      [
        "a constant of another type",
        () => ({ property_mappings: [{ id: 2, type: "constant", value: "old" }] }),
        "property_mappings/0/value",
      ],
      [
        "an unknown relationship",
        (source: string) => ({ relationship_mappings: [byEmail("x", source)] }),
        "relationship_mappings/0/relationship_id",
      ],
    ],
    async (_, attributesOfMapping, field) => {
      const { mapping } = await objects.type();
      const answer = await objects.map(mapping, attributesOfMapping(await objects.source()));
      expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: `/data/attributes/${field}` }]);
    },
  );
});

// The limits are documented, the statuses of their answers are not.
describe("limits", () => {
  behaviours(
    "answer a bulk call with %s",
    assumed,
    [
      ["500 records", () => Array.from({ length: 500 }, (_, i) => ({ id: i })), 204],
      ["501 records", () => Array.from({ length: 501 }, (_, i) => ({ id: i })), 400],
      ["none", () => [], 400],
      ["a record over 512 KB", () => [{ text: "x".repeat(512 * 1024) }], 413],
      ["over 4 MB", () => Array.from({ length: 10 }, () => ({ text: "x".repeat(430 * 1024) })), 413],
    ],
    async (_, records, expected) => {
      const answer = await objects.call("POST /api/data-source-record-bulk-create-jobs", bulk(await objects.source(), records()));
      expect(answer.status).toBe(expected);
    },
  );

  behaviour("hold for bulk deletes", assumed, async () => {
    const job = (size: number) => {
      const data = Array.from({ length: size }, (_, i) => ({ type: "object-record", id: `x:::${i}` }));
      return { data: { type: "object-record-bulk-delete-job", relationships: { "object-records": { data } } } };
    };
    const statuses = await Promise.all(
      [500, 501].map(async (size) => (await objects.call("POST /api/object-record-bulk-delete-jobs", job(size))).status),
    );
    expect(statuses).toEqual([202, 400]);
  });
});
