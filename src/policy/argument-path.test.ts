import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import type { Schema } from "../catalog/schema.ts";
import { definition, inputSchema } from "../catalog/validation.ts";
import { leafAt, membersAt, stepsOf, valuesAt, type Leaf, type LeafType } from "./argument-path.ts";
import { NOTHING } from "./condition.ts";

const catalog = loadCatalog();
const operation = mustFind(catalog, "create_tag");
const object = (properties: Record<string, Schema>): Schema => ({ type: "object", properties, additionalProperties: false });

let planted = 0;
/** Asks with an argument of a shape that the catalog need not have today; the argument is gone afterwards. What was found at a path is kept, so each has a name of its own. */
function asking<T>(schema: Schema, ask: (argument: string) => T): T {
  const { properties = {} } = inputSchema(operation);
  const name = `planted_${planted++}`;
  properties[name] = schema;
  try {
    return ask(`args.${name}`);
  } finally {
    Reflect.deleteProperty(properties, name);
  }
}

function leafOf(schema: Schema, below = ""): Leaf | undefined {
  return asking(schema, (argument) => leafAt(operation, argument + below));
}

describe("a path", () => {
  it("is read step by step", () => {
    expect(stepsOf("args.profiles[].email")).toEqual([{ member: "profiles" }, { items: true }, { member: "email" }]);
    expect(stepsOf("args.$rows[][]")).toEqual([{ member: "$rows" }, { items: true }, { items: true }]);
  });

  it.each([
    "args",
    "args.",
    "args.a..b",
    "args.a b",
    "args. a",
    "args.a[",
    "args.a[0]",
    "args.[]",
    "argv.status",
    "my.args.status",
    "people",
  ])("is not %j", (text) => {
    expect(stepsOf(text)).toBeUndefined();
  });
});

describe("values at a path", () => {
  const args = {
    status: "live",
    note: null,
    profiles: [{ email: "a@x.example" }, { id: "P1" }, { email: "b@x.example" }],
    rows: [["a"], ["b", "c"], "d"],
    mixed: ["a", { b: 1 }],
  };

  it.each([
    ["args.status", ["live"]],
    ["args.note", [null]],
    ["args.profiles[].email", ["a@x.example", NOTHING, "b@x.example"]],
    ["args.rows[][]", ["a", "b", "c", NOTHING]],
    ["args.missing", [NOTHING]],
    ["args.missing[]", [NOTHING]],
    ["args.status.of", [NOTHING]],
    ["args.status[]", [NOTHING]],
    // Not a member of the call's own.
    ["args.toString", [NOTHING]],
  ])("%s: %j", (path, values) => {
    expect(valuesAt(args, path)).toEqual(values);
  });

  it.each(["args.profiles", "args.profiles[]", "args.mixed[]", "args."])("%s cannot be told, for it is no single value", (path) => {
    expect(valuesAt(args, path)).toBeUndefined();
  });
});

describe("what may stand at an argument", () => {
  it.each<[Schema, LeafType[], string[]?]>([
    [{ type: "string" }, ["text"]],
    [{ type: ["integer", "null"] }, ["integer", "null"]],
    [{ type: "number" }, ["number"]],
    [{ type: "boolean" }, ["flag"]],
    [{ type: "array", items: { type: "string" } }, ["list"]],
    [object({}), ["object"]],
    [{ properties: { a: { type: "string" } } }, ["object"]],
    [{}, ["any"]],
    [{ type: "of a later revision" }, ["any"]],
    [{ type: "string", enum: ["a", "b"] }, ["text"], ["a", "b"]],
    [{ enum: ["a", 1, true, null] }, ["text", "integer", "flag", "null"], ["a"]],
    [{ enum: [null] }, ["null"], []],
    [{ const: "a" }, ["text"], ["a"]],
    [{ const: 1 }, ["integer"], []],
    [{ const: false }, ["flag"], []],
    [{ anyOf: [{ type: "string", enum: ["a"] }, { const: "b" }, { type: "null" }] }, ["text", "null"], ["a", "b"]],
    // One branch that takes every text leaves no word out.
    [{ anyOf: [{ type: "string", enum: ["a"] }, { type: "string" }] }, ["text"]],
    [{ allOf: [{ type: "string" }, { type: "integer" }] }, ["text", "integer"]],
    [{ $ref: "#/$defs/ListEnum" }, ["text"], ["list"]],
  ])("of %j: %j", (schema, types, values) => {
    expect(leafOf(schema)).toEqual({ types: new Set(types), values: values && new Set(values) });
  });

  it.each<[string, Schema, string, LeafType[] | undefined]>([
    ["a member", object({ a: { type: "string" } }), ".a", ["text"]],
    ["a member that it does not name", object({ a: { type: "string" } }), ".b", undefined],
    ["a member of every object", object({}), ".toString", undefined],
    ["a member beside those that it names", { type: "object", properties: {} }, ".b", undefined],
    ["a member of an object that takes none", { type: "object", additionalProperties: false }, ".b", undefined],
    ["a member of an object that names none", { type: ["object", "null"] }, ".b", ["any"]],
    ["a further member", { type: "object", properties: {}, additionalProperties: true }, ".b", ["any"]],
    ["a further member of one kind", { type: "object", additionalProperties: { type: "integer" } }, ".b", ["integer"]],
    ["a member of a text", { type: "string" }, ".b", undefined],
    ["a member of words", { enum: ["a"] }, ".b", undefined],
    ["a member of one word", { const: "a" }, ".b", undefined],
    ["an item", { type: "array", items: { type: "integer" } }, "[]", ["integer"]],
    ["an item of a text", { type: "string" }, "[]", undefined],
    ["anything below what is free", {}, ".a[].b", ["any"]],
    ["a path that is none", {}, "[", undefined],
  ])("%s", (_, schema, below, types) => {
    const leaf = leafOf(schema, below);
    expect(leaf && [...leaf.types]).toEqual(types);
  });

  it("ends where a schema refers to itself", () => {
    const list = definition(operation, "#/$defs/ListEnum");
    list.anyOf = [{ type: "integer" }, { $ref: "#/$defs/ListEnum" }, { type: "null" }];
    try {
      expect(leafOf({ $ref: "#/$defs/ListEnum" })?.types).toEqual(new Set(["integer", "null"]));
    } finally {
      delete list.anyOf;
    }
  });

  it("is found once for each operation and path, for every call asks it anew", () => {
    const status = leafAt(mustFind(catalog, "update_flow"), "args.status");
    expect(leafAt(mustFind(catalog, "update_flow"), "args.status")).toBe(status);
    expect(leafAt(mustFind(catalog, "update_coupon_code"), "args.status")).not.toEqual(status);
    expect(leafAt(mustFind(catalog, "update_flow"), "args.id")).not.toBe(status);
  });

  it("is known at every depth of the catalog's own schemas", () => {
    const name = leafAt(mustFind(catalog, "create_form"), "args.definition.versions[].steps[].steps[].name");
    expect(name?.types).toEqual(new Set(["text", "null"]));
  });
});

describe("the names that may follow a path", () => {
  const schema: Schema = { anyOf: [object({ a: object({ b: {} }) }), { type: "array", items: object({ c: {} }) }, { type: "null" }] };

  it.each([
    ["", ["a"]],
    [".a", ["b"]],
    ["[]", ["c"]],
    [".a.b", []],
    [".c", []],
  ])("of an argument, %s: %j", (below, names) => {
    expect(asking(schema, (argument) => membersAt(operation, argument + below))).toEqual(names);
  });

  it("are the arguments, at the beginning", () => {
    expect(membersAt(operation, "args")).toEqual(operation.args.map(({ name }) => name));
  });
});
