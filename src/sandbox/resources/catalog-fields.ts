import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { microsText } from "../engine/time.ts";
import { catalogId, type ProductRow } from "./catalog-rows.ts";

const MAX_METADATA_BYTES = 100 * 1024;

/** Id of something new in the catalog: 400 when its parts are wrong, 409 when it is taken. */
export function freeCatalogId(type: string, attributes: JsonObject, ctx: Context): { id: string; externalId: string } {
  const externalId = textOf(attributes["external_id"]) ?? "";
  if (externalId === "" || /\p{Cc}/u.test(externalId)) wrong("external_id", "must be a text without control characters");
  if ((attributes["catalog_type"] ?? "$default") !== "$default") wrong("catalog_type", "must be '$default'");
  const id = catalogId(externalId);
  if (ctx.find(type, id))
    refuse("duplicate", `A ${type} with id ${id} already exists.`, { source: { pointer: "/data/attributes/external_id" } });
  return { id, externalId };
}

/** The fields with what the body gives. `null` puts back what `blank` has (assumed); what `blank` does not name is no field. */
export function withFields(known: JsonObject, attributes: JsonObject, blank: JsonObject): JsonObject {
  checkMetadata(attributes["custom_metadata"]);
  const fields = { ...known };
  for (const [name, none] of Object.entries(blank)) {
    const given = attributes[name];
    if (given !== undefined) fields[name] = given ?? none;
  }
  return fields;
}

/** Catalogs always show microseconds (behaviour.md §1.11). */
export function productAttributes({ externalId, fields, created, updated }: ProductRow): JsonObject {
  return { external_id: externalId, ...fields, created: microsText(created), updated: microsText(updated) };
}

/** Filter fields of both. */
export const productFilters = {
  ids: ({ id }: ProductRow) => id,
  title: ({ fields }: ProductRow) => textOf(fields["title"]),
  published: ({ fields }: ProductRow) => fields["published"] === true,
};

/** Flat and at most 100 KB (documented). */
function checkMetadata(metadata: Json | undefined): void {
  if (!isJsonObject(metadata)) return;
  if (Object.values(metadata).some((value) => typeof value === "object" && value !== null)) wrong("custom_metadata", "must be flat");
  if (Buffer.byteLength(JSON.stringify(metadata)) > MAX_METADATA_BYTES) wrong("custom_metadata", "must not be larger than 100 KB");
}

function wrong(name: string, what: string): never {
  refuse("invalid", `'${name}' ${what}.`, { source: { pointer: `/data/attributes/${name}` } });
}
