import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { textOf } from "../engine/input.ts";
import { objectRecords, objectSchemas, objectTypes } from "../resources/object-rows.ts";
import { recordLinks } from "../resources/record-links.ts";

/** The property that a date trigger watches, of each record tied to a person by the trigger's relationship, with the record's values by property id. */
export function objectsOf(trigger: JsonObject, profile: string, ctx: Context): { value: Json | undefined; about: JsonObject }[] {
  const type = ctx.rows(objectTypes).get(textOf(trigger["object_type_id"]) ?? "");
  const schema = ctx.rows(objectSchemas).get(type?.current ?? "");
  if (!schema) return [];
  const links = ctx.rows(recordLinks).where("to", `profile:${profile}`);
  return links.flatMap(({ record: id, relation }) => {
    const record = relation === trigger["object_type_relationship_id"] ? ctx.rows(objectRecords).get(id) : undefined;
    if (!record || record.type !== schema.type) return [];
    const about = Object.fromEntries(schema.properties.map((property) => [String(property.id), record.properties[property.name] ?? null]));
    return [{ value: about[String(trigger["custom_object_property_id"])], about }];
  });
}
