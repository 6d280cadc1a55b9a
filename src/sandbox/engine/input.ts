import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";

/** Readers for bodies that the wire schema has let through: what has another type there reads as absent. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function numberOf(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function booleanOf(value: Json | undefined): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

export function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function arrayOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** What a create or update asks for: the parts of `{data: {type, id?, attributes?, relationships?}}`. */
export interface Input {
  id: string | undefined;
  attributes: JsonObject;
  /** Id in a to-one relationship of the body. */
  one(relationship: string): string | undefined;
  /** Ids in a to-many relationship of the body; undefined when the body does not name it. */
  many(relationship: string): string[] | undefined;
  /** `data` of a relationship as it stands, for those that carry whole objects. */
  related(relationship: string): Json | undefined;
}

export function parseInput(body: Json | undefined): Input {
  const data = objectOf(objectOf(body)["data"]);
  const relationships = objectOf(data["relationships"]);
  const related = (relationship: string): Json | undefined => objectOf(relationships[relationship])["data"];
  return {
    id: textOf(data["id"]),
    attributes: objectOf(data["attributes"]),
    related,
    one: (relationship) => textOf(objectOf(related(relationship))["id"]),
    many(relationship) {
      const linkage = related(relationship);
      return linkage === undefined ? undefined : identifiersOf(linkage).map(({ id }) => id);
    },
  };
}

/** The `{type, id}` pairs in linkage data: one, many or none. Objects without an id are passed over. */
export function identifiersOf(linkage: Json | undefined): { type: string; id: string }[] {
  return (Array.isArray(linkage) ? linkage : [linkage]).flatMap((each) => {
    const [type, id] = [textOf(objectOf(each)["type"]), textOf(objectOf(each)["id"])];
    return type !== undefined && id !== undefined ? [{ type, id }] : [];
  });
}
