import { describe, expect, it } from "vitest";
import { readGenerated } from "../../catalog/catalog.ts";
import type { Schema } from "../../catalog/schema.ts";
import { untrustedAttributes, untrustedObjects } from "./marking.ts";
import { OWN, UNTRUSTED } from "./marking-table.ts";

type Defs = Record<string, Schema>;

/** Attributes that can hold free text, by resource type, of every answer that Klaviyo documents. */
function freeText(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const files = JSON.parse(readGenerated("answers.json")) as Record<string, { defs: Defs }>;
  for (const { defs } of Object.values(files)) {
    const target = (schema: Schema | undefined): Schema =>
      schema?.$ref === undefined ? (schema ?? {}) : target(defs[schema.$ref.slice("#/$defs/".length)]);
    const hasText = (schema: Schema, seen: string[]): boolean => {
      if (schema.$ref !== undefined) return !seen.includes(schema.$ref) && hasText(target(schema), [...seen, schema.$ref]);
      if (schema.enum || schema.const !== undefined) return false;
      const parts = [
        ...(schema.anyOf ?? []),
        ...(schema.allOf ?? []),
        ...Object.values(schema.properties ?? {}),
        ...(schema.items ? [schema.items] : []),
      ];
      if (parts.some((part) => hasText(part, seen))) return true;
      if ([schema.type].flat().includes("string")) return schema.format !== "date-time" && schema.format !== "date";
      const isOpen = parts.length === 0 && ([schema.type].flat().includes("object") || schema.type === undefined);
      return isOpen && schema.additionalProperties !== false;
    };
    for (const { properties } of Object.values(defs)) {
      const type = target(properties?.["type"]);
      const name = type.const ?? (type.enum?.length === 1 ? type.enum[0] : undefined);
      if (typeof name !== "string" || !properties?.["attributes"]) continue;
      const attributes = target(properties["attributes"]);
      const names = found.get(name) ?? new Set<string>();
      found.set(name, names);
      for (const part of [attributes, ...(attributes.allOf ?? []), ...(attributes.anyOf ?? [])].map(target)) {
        for (const [attribute, schema] of Object.entries(part.properties ?? {})) if (hasText(schema, [])) names.add(attribute);
      }
    }
  }
  return found;
}

describe("the tables", () => {
  const text = freeText();

  it("see many types", () => expect(text.size).toBeGreaterThan(60));

  it("say of every free text whether outsiders can write it", () => {
    const unsaid = [...text].flatMap(([type, names]) =>
      [...names].filter((name) => !UNTRUSTED[type]?.includes(name) && !OWN[type]?.includes(name)).map((name) => `${type}.${name}`),
    );
    expect(unsaid).toEqual([]);
  });

  it("say it once", () => {
    const twice = Object.entries(UNTRUSTED).flatMap(([type, names]) =>
      names.filter((name) => OWN[type]?.includes(name)).map((name) => `${type}.${name}`),
    );
    expect(twice).toEqual([]);
  });
});

describe("what is untrusted", () => {
  it("is what is there and holds text", () => {
    const attributes = {
      email: "person:abcdefghijklmnopqrst@email",
      first_name: "",
      properties: { a: 1, b: null },
      title: "Dr",
      created: "x",
    };
    expect(untrustedAttributes("profile", attributes)).toEqual(["title"]);
    expect(untrustedAttributes("profile", { properties: { "a sentence, which somebody wrote as a key": 1 } })).toEqual(["properties"]);
  });

  it("is all of a type that nobody knows", () => expect(untrustedAttributes("newcomer", { a: "text", b: 1 })).toEqual(["a"]));

  it("is a metric's name where anyone can make one", () => {
    expect(untrustedAttributes("metric", { name: "x y", integration: { key: "api" } })).toEqual(["name"]);
    expect(untrustedAttributes("metric", { name: "x y", integration: null })).toEqual(["name"]);
    expect(untrustedAttributes("metric", { name: "x y", integration: { key: "klaviyo" } })).toEqual([]);
  });

  it("is found in included resources, and in answers that are no documents", () => {
    const event = { type: "event", id: "1", attributes: { event_properties: { a: "hello" } } };
    expect(untrustedObjects({ data: [], included: [event] }, "get_events")).toEqual([{ name: "event 1", texts: ["hello"] }]);
    expect(untrustedObjects({ rows: ["hello"] }, "get_x")).toEqual([{ name: "the answer of get_x", texts: ["hello"] }]);
    expect(untrustedObjects({ data: { type: "list", id: "1", attributes: { name: "x" } } }, "get_list")).toEqual([]);
  });
});
