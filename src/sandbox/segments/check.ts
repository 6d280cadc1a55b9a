import { parseIso } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, numberOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { lists } from "../resources/lists.ts";
import { metrics } from "../resources/metric-rows.ts";
import { objectTypes } from "../resources/object-rows.ts";
import { segments } from "../resources/segment-rows.ts";
import { groupsOf } from "./definition.ts";
import { patternOf } from "./filters.ts";

const POINTER = "/data/attributes/definition";

/** Refuses a definition that is empty, names what is not there or asks for what cannot be (assumed: the vendor's documents state no such check). */
export function checkDefinition(definition: JsonObject, ctx: Context): JsonObject {
  const groups = groupsOf(definition);
  if (groups.length === 0 || groups.some((conditions) => conditions.length === 0)) {
    refuse("invalid", "A segment definition needs at least one condition group, and each group a condition.", {
      source: { pointer: POINTER },
    });
  }
  for (const [i, conditions] of groups.entries()) {
    for (const [j, condition] of conditions.entries()) checkCondition(condition, `${POINTER}/condition_groups/${i}/conditions/${j}`, ctx);
  }
  return definition;
}

function checkCondition(condition: JsonObject, pointer: string, ctx: Context): void {
  const wrong = (place: string, detail: string): never => refuse("invalid", detail, { source: { pointer: `${pointer}/${place}` } });
  const steps = arrayOf(condition["steps"]).map((step, i): [place: string, step: JsonObject] => [`steps/${i}/`, objectOf(step)]);
  for (const [place, { metric_id: id }] of [["", condition] as const, ...steps]) {
    if (typeof id === "string" && !ctx.rows(metrics).has(id)) wrong(`${place}metric_id`, `A metric with id ${id} does not exist.`);
  }
  for (const [i, id] of arrayOf(condition["group_ids"]).map(String).entries()) {
    if (!ctx.rows(lists).has(id) && !ctx.rows(segments).has(id)) wrong(`group_ids/${i}`, `A list or segment with id ${id} does not exist.`);
  }
  const type = textOf(condition["object_type_id"]);
  if (type !== undefined && !ctx.rows(objectTypes).has(type)) wrong("object_type_id", `An object-type with id ${type} does not exist.`);
  checkFilters(condition, "", wrong);
}

/** Filters stand anywhere below a condition: each object that has an operator is one. */
function checkFilters(value: JsonObject, place: string, wrong: (place: string, detail: string) => never): void {
  if (typeof value["operator"] === "string") checkFilter(value, (member, detail) => wrong(`${place}${member}`, detail));
  for (const [name, each] of Object.entries(value)) {
    if (!Array.isArray(each)) checkFilters(objectOf(each), `${place}${name}/`, wrong);
    else for (const [i, inner] of each.entries()) checkFilters(objectOf(inner), `${place}${name}/${i}/`, wrong);
  }
}

function checkFilter(filter: JsonObject, wrong: (member: string, detail: string) => never): void {
  const { operator, value, start, end, quantity } = filter;
  const isPattern = operator === "regex" || operator === "nregex";
  if (isPattern && !patternOf(textOf(value) ?? "")) wrong("value", "The regular expression cannot be read.");
  if (operator === "calendar-month" && !(Number(value) >= 1 && Number(value) <= 12)) wrong("value", "A month is a number from 1 to 12.");
  if ((numberOf(quantity) ?? 0) < 0) wrong("quantity", "A quantity of time cannot be negative.");
  if (operator === "between-static" && (parseIso(textOf(start) ?? "") ?? 0) > (parseIso(textOf(end) ?? "") ?? 0))
    wrong("end", "The range must end after it starts.");
}
