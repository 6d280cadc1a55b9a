import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { parseJsonPath } from "./json-path.ts";
import { objectSchemas, recordId, schemaRelations } from "./object-rows.ts";
import { typeError } from "./object-values.ts";
import { normalEmail } from "./profile-input.ts";
import { profiles } from "./profile-rows.ts";

export interface Related {
  relation: string;
  /** `profile:<id>` or `object-record:<id>`. */
  to: string[];
  additive: boolean;
}

/** What a raw record is tied to by one relationship mapping. People who are not known are passed over, records need not be there yet (assumed). */
export function relatedOf(ctx: Context, schema: string, mapping: JsonObject, record: JsonObject, errors: JsonObject[]): Related {
  const relation = textOf(mapping["relationship_id"]) ?? "";
  const stated = ctx
    .rows(schemaRelations)
    .where("schema", schema)
    .find((each) => each.relation === relation);
  const source = objectOf(mapping["source"]);
  const name = stated?.name ?? relation;
  const to =
    stated?.target === undefined ? people(ctx, source, name, record, errors) : records(ctx, stated.target, source, name, record, errors);
  return { relation, to, additive: source["update_strategy"] === "additive" };
}

/** The first kind of identifier that leads to anybody decides. */
function people(ctx: Context, source: JsonObject, name: string, record: JsonObject, errors: JsonObject[]): string[] {
  for (const path of arrayOf(source["related_id_paths"]).map(objectOf)) {
    const known = textsAt(record, path["path"], name, errors).flatMap(
      (text) => personBy(ctx, textOf(path["identifier_type"]) ?? "", text) ?? [],
    );
    if (known.length > 0) return [...new Set(known)].map((id) => `profile:${id}`);
  }
  return [];
}

function records(ctx: Context, target: string, source: JsonObject, name: string, record: JsonObject, errors: JsonObject[]): string[] {
  const type = ctx.rows(objectSchemas).get(target)?.type;
  if (type === undefined) return [];
  return textsAt(record, source["related_id_path"], name, errors).map((text) => `object-record:${recordId(type, text)}`);
}

/** Texts at a path; a list is taken from a path with `[*]` only, as the vendor's example of a log entry shows. */
function textsAt(record: JsonObject, path: Json | undefined, name: string, errors: JsonObject[]): string[] {
  const parsed = parseJsonPath(textOf(path) ?? "");
  const value = parsed?.read(record) ?? null;
  if (value === null) return [];
  const each = parsed?.isMany ? arrayOf(value) : [value];
  const isText = (one: Json): boolean => typeof one === "string" || typeof one === "number";
  if (!each.every(isText)) errors.push(typeError(name, "string", value));
  return each.filter(isText).map(String);
}

const INDEXES: Record<string, string> = { email: "email", phone: "phone_number", "external-id": "external_id", anonymous: "anonymous_id" };

function personBy(ctx: Context, kind: string, text: string): string | undefined {
  const rows = ctx.rows(profiles);
  const index = INDEXES[kind];
  return (index === undefined ? rows.get(text) : rows.find(index, kind === "email" ? (normalEmail(text) ?? text) : text))?.id;
}
