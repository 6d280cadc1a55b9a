import type { JsonObject } from "../../lib/json.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { objectRecords, objectSchemas, objectTypes, schemaRelations } from "../resources/object-rows.ts";
import { recordLinks } from "../resources/record-links.ts";
import type { Condition, Evaluation } from "./condition.ts";
import { numericTest, valueTest } from "./filters.ts";

/** `profile-has-custom-object`: how many records of a type that pass all filters are tied to the person by this relationship. */
export function customObjectCondition(condition: JsonObject, { ctx, moment }: Evaluation): Condition {
  const relation = textOf(condition["object_type_relationship_id"]) ?? "";
  const type = ctx.rows(objectTypes).get(textOf(condition["object_type_id"]) ?? "");
  const schema = ctx.rows(objectSchemas).get(type?.current ?? "");
  const isCurrent = schema && ctx.rows(schemaRelations).has(`${schema.id}\t${relation}`);
  const tests = arrayOf(condition["filters"]).map((each) => {
    const { property_id: id, filter } = objectOf(each);
    const name = schema?.properties.find((property) => property.id === id)?.name ?? "";
    const test = valueTest(objectOf(filter), moment);
    return (values: JsonObject): boolean => test(Object.hasOwn(values, name) ? values[name] : undefined);
  });
  const counts = new Map<string, number>();
  for (const { record, to } of isCurrent ? ctx.rows(recordLinks).where("relation", relation) : []) {
    const properties = ctx.rows(objectRecords).get(record)?.properties;
    if (!to.startsWith(PROFILE) || !properties || !tests.every((test) => test(properties))) continue;
    const id = to.slice(PROFILE.length);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const passes = numericTest(objectOf(condition["filter"]));
  return { test: ({ id }) => passes(counts.get(id) ?? 0), ...(!passes(0) && { candidates: counts }) };
}

const PROFILE = "profile:";
