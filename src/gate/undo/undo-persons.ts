import type { JsonObject } from "../../lib/json.ts";
import { chunks, textOf, type Resource } from "./undo-recipe.ts";

/** How Klaviyo lets people be asked for, by the name of the argument that names them. */
const IDENTITIES = ["id", "email", "phone_number", "external_id"] as const;
const MAX_IN_FILTER = 100;

/** Requests that read the people whom these rows name, by every identifier that they are named with. */
export function peopleBy(rows: JsonObject[], more: JsonObject = {}): JsonObject[] {
  return IDENTITIES.flatMap((name) => {
    const values = [...new Set(rows.map((row) => textOf(row, name)).filter((value) => value !== ""))];
    return chunks(values, MAX_IN_FILTER).map((some) => ({
      filter: `any(${name},[${some.map((one) => JSON.stringify(one)).join(",")}])`,
      ...more,
    }));
  });
}

/** Whom of those that were read a row names. */
export function personOf(row: JsonObject, people: Resource[]): Resource | undefined {
  return people.find((person) =>
    IDENTITIES.some((name) => {
      const value = textOf(row, name);
      return value !== "" && same(value, name === "id" ? person.id : textOf(person.attributes, name));
    }),
  );
}

function same(one: string, other: string): boolean {
  return one === other || one.toLowerCase() === other.toLowerCase();
}
