import { isJsonObject, type Json } from "../lib/json.ts";
import { hasSecretShape } from "../lib/secret-shapes.ts";

/** The effect's flag of a call whose arguments hold something of a secret's form: it is asked at least. */
export const SECRET_SHAPE = "secret-shape";

/** Every text of a call, names of members too: what could carry a secret out, or onto the record. */
export function textsOf(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return isJsonObject(value) ? Object.entries(value).flatMap(([name, inner]) => [name, ...textsOf(inner)]) : [];
}

export function holdsSecretShape(args: Json): boolean {
  return textsOf(args).some(hasSecretShape);
}
