import { afterEach, beforeEach, describe, expect } from "vitest";
import { membersOf, processed } from "./activity.ts";
import { byEmail, livePet, openObjects, simple, type Objects } from "./objects.ts";
import { dataOf } from "./open.ts";
import { behaviour } from "./provenance.ts";

let objects: Objects;
beforeEach(async () => {
  objects = await openObjects();
});
afterEach(() => objects.close());

const documented = { as: "documented", from: "behaviour.md §2.17" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.17" } as const;

describe("records", () => {
  behaviour("appear only once a schema is active and mapped", documented, async () => {
    const source = await objects.source();
    const { type, schema, mapping } = await objects.type();
    await objects.map(mapping, { property_mappings: [simple(1, source, "$.name")] });
    await objects.ingest(source, { id: "p1", name: "Rex" });
    expect(await objects.records(type)).toEqual({});
    await objects.activate(schema);
    await objects.ingest(source, { id: "p2", name: "Tom" });
    expect(await objects.records(type)).toMatchObject({ p2: { name: "Tom" } });
  });

  behaviour("that were sent before are taken in when the first schema becomes active", assumed, async () => {
    const source = await objects.source();
    const { type, schema, mapping } = await objects.type();
    await objects.map(mapping, { property_mappings: [simple(1, source, "$.name")] });
    await objects.ingest(source, { id: "p1", name: "Old" }, { id: "p1", name: "New" });
    await objects.activate(schema);
    expect(await objects.records(type)).toEqual({ p1: { name: "New" } });
  });

  behaviour("have the type and the external id in their id", documented, async () => {
    const { source, type } = await livePet(objects);
    await objects.ingest(source, { id: 7, name: "Rex", age: 3, colour: "red" });
    const read = dataOf(await objects.call(`GET /api/object-records/${encodeURIComponent(`${type}:::7`)}`))[0];
    expect([read?.id, read?.attributes]).toEqual([`${type}:::7`, { record_properties: { name: "Rex", age: 3 } }]);
  });

  behaviour("are replaced as a whole by a later one of the same id", assumed, async () => {
    const { source, type } = await livePet(objects);
    await objects.ingest(source, { id: "p1", name: "Rex", age: 3 });
    await objects.ingest(source, { id: "p1", name: "Max" });
    expect(await objects.records(type)).toEqual({ p1: { name: "Max" } });
  });

  behaviour("of one source serve several types, constants included", documented, async () => {
    const { source, type } = await livePet(objects);
    const other = await objects.type("Visitor");
    const constants = [{ id: 5, type: "constant", value: true }];
    await objects.map(other.mapping, { property_mappings: [simple(1, source, "$.name"), ...constants] });
    await objects.activate(other.schema);
    await objects.ingest(source, { id: "p1", name: "Rex" });
    expect([await objects.records(type), await objects.records(other.type)]).toEqual([
      { p1: { name: "Rex" } },
      { p1: { name: "Rex", tame: true } },
    ]);
  });

  behaviour("come one by one too", documented, async () => {
    const { source, type } = await livePet(objects);
    const record = { data: { type: "data-source-record", attributes: { record: { id: "p1", name: "Rex" } } } };
    const relationships = { "data-source": { data: { type: "data-source", id: source } } };
    const data = { type: "data-source-record-create-job", attributes: { "data-source-record": record } };
    expect((await objects.call("POST /api/data-source-record-create-jobs", { data: { ...data, relationships } })).status).toBe(204);
    expect((await objects.call("POST /api/data-source-record-create-jobs", { data })).status).toBe(400);
    objects.control.advance(2000);
    expect(Object.keys(await objects.records(type))).toEqual(["p1"]);
  });

  behaviour("are deleted in bulk, unknown ones passed over", assumed, async () => {
    const { source, type } = await livePet(objects);
    await objects.ingest(source, { id: "p1", name: "Rex" }, { id: "p2", name: "Tom" });
    const data = ["p1", "gone"].map((id) => ({ type: "object-record", id: `${type}:::${id}` }));
    const job = { data: { type: "object-record-bulk-delete-job", relationships: { "object-records": { data } } } };
    expect((await objects.call("POST /api/object-record-bulk-delete-jobs", job)).status).toBe(202);
    objects.control.advance(3000);
    expect(Object.keys(await objects.records(type))).toEqual(["p2"]);
    expect(objects.log).toEqual([]);
  });
});

describe("ingestion logs", () => {
  behaviour("hold failures alone, with every error of the record", documented, async () => {
    const { source, type } = await livePet(objects);
    await objects.ingest(source, { id: "p1", name: ["Rex"], age: 1.5 }, { id: "p2", name: "Tom" }, { id: "p3" });
    expect(Object.keys(await objects.records(type))).toEqual(["p2"]);
    const logs = (await objects.logs(type)).toSorted((a, b) => String(a["summary"]).localeCompare(String(b["summary"])));
    expect(logs).toMatchObject([
      {
        status: "error",
        event_type: "validation_error",
        summary: "1 validation error for p3",
        errors: [{ code: "missing", property: "name" }],
      },
      {
        summary: "2 validation errors for p1",
        errors: [
          { code: "string_type", message: "Input should be a valid string", property: "name", invalid_value: '["Rex"]' },
          { code: "int_type", property: "age", invalid_value: "1.5" },
        ],
      },
    ]);
  });

  behaviour("are filtered by record and time, and kept for 14 days", documented, async () => {
    const { source, type } = await livePet(objects);
    await objects.ingest(source, { id: "p1" });
    objects.control.advance(60_000);
    await objects.ingest(source, { id: "p2" });
    const found = async (filter: string) =>
      (await objects.logs(type, `?filter=${encodeURIComponent(filter)}`)).map(({ summary }) => summary);
    const [p1, p2] = ["p1", "p2"].map((id) => `1 validation error for ${id}`);
    expect(await found('equals(record_id,"p1")')).toEqual([p1]);
    expect(await found("less-than(timestamp,2026-07-15T10:01:00Z)")).toEqual([p1]);
    expect(await found('and(any(status,["error"]),equals(event_type,"validation_error"))')).toEqual([p2, p1]);
    objects.control.advance(14 * 86_400_000 - 30_000);
    expect((await objects.logs(type)).map(({ summary }) => summary)).toEqual([p2]);
  });

  behaviour("come fifty to a page, newest first", documented, async () => {
    const { source, type } = await livePet(objects);
    await objects.ingest(source, ...Array.from({ length: 51 }, (_, i) => ({ id: `p${i}` })));
    const { body } = await objects.call(`GET /api/object-types/${type}/object-ingestion-logs`);
    expect([(body["data"] as unknown[]).length, typeof (body["links"] as { next: unknown }).next]).toEqual([50, "string"]);
  });
});

describe("records of people", () => {
  const owns = (type: string, relation: string, operator: string, value: number, ...filters: object[]) => ({
    type: "profile-has-custom-object",
    object_type_id: type,
    object_type_relationship_id: relation,
    filter: { type: "numeric", operator, value },
    filters: filters as never[],
  });
  const older = { property_id: 2, filter: { type: "numeric", operator: "greater-than", value: 5 } };

  behaviour("make segments: how many pass the filters", documented, async () => {
    const { source, type, owner } = await livePet(objects);
    for (const name of ["ada", "bob", "eve"]) await objects.person({ email: `${name}@example.com` });
    await objects.ingest(
      source,
      { id: "p1", name: "Rex", age: 3, owner: "Ada@example.com" },
      { id: "p2", name: "Tom", age: 9, owner: "ada@example.com" },
      { id: "p3", name: "Max", age: 2, owner: "bob@example.com" },
      { id: "p4", name: "Lux", age: 2, owner: "nobody@example.com" },
    );
    const members = async (condition: object) => membersOf(objects, await processed(objects, [condition as never]));
    expect(await members(owns(type, owner, "greater-than-or-equal", 1))).toEqual(["ada@example.com", "bob@example.com"]);
    expect(await members(owns(type, owner, "greater-than", 1))).toEqual(["ada@example.com"]);
    expect(await members(owns(type, owner, "equals", 1, older))).toEqual(["ada@example.com"]);
    expect(await members(owns(type, owner, "equals", 0))).toEqual(["eve@example.com"]);
    expect(await members(owns(type, "01K97SE7GH4TE57FVNQY310QAK", "greater-than", 0))).toEqual([]);
  });

  behaviour("follow their owner: a change, a merge, an erasure", assumed, async () => {
    const { source, type, owner } = await livePet(objects);
    const [ada, bob] = [await objects.person({ email: "ada@example.com" }), await objects.person({ email: "bob@example.com" })];
    const segment = await processed(objects, [owns(type, owner, "greater-than", 0)]);
    await objects.ingest(source, { id: "p1", name: "Rex", owner: "ada@example.com" });
    expect(await membersOf(objects, segment)).toEqual(["ada@example.com"]);
    await objects.ingest(source, { id: "p1", name: "Rex", owner: "bob@example.com" });
    expect(await membersOf(objects, segment)).toEqual(["bob@example.com"]);
    const relationships = { profiles: { data: [{ type: "profile", id: bob }] } };
    await objects.call("POST /api/profile-merge", { data: { type: "profile-merge", id: ada, relationships } });
    objects.control.advance(60_000);
    expect(await membersOf(objects, segment)).toEqual(["ada@example.com"]);
    await objects.within((ctx) => ctx.remove("profile", ada));
    expect(await membersOf(objects, segment)).toEqual([]);
    expect(Object.keys(await objects.records(type))).toEqual(["p1"]);
  });

  behaviour("gather owners where the mapping is additive", documented, async () => {
    const source = await objects.source();
    const { type, schema, mapping } = await objects.type();
    const owner = await objects.relate(schema, "owner");
    const relationship_mappings = [byEmail(owner, source, { update_strategy: "additive" })];
    await objects.map(mapping, { property_mappings: [simple(1, source, "$.name")], relationship_mappings });
    await objects.activate(schema);
    for (const name of ["ada", "bob"]) {
      await objects.person({ email: `${name}@example.com` });
      await objects.ingest(source, { id: "p1", name: "Rex", owner: `${name}@example.com` });
    }
    const segment = await processed(objects, [owns(type, owner, "equals", 1)]);
    expect(await membersOf(objects, segment)).toEqual(["ada@example.com", "bob@example.com"]);
  });

  behaviour("take lists of owners from a path with [*] only", assumed, async () => {
    const { source, type } = await livePet(objects);
    await objects.ingest(source, { id: "p1", name: "Rex", owner: ["ada@example.com"] });
    expect(await objects.logs(type)).toMatchObject([
      { errors: [{ code: "string_type", property: "owner", invalid_value: '["ada@example.com"]' }] },
    ]);
  });
});
