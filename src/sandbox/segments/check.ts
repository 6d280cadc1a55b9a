import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { lists } from "../resources/lists.ts";
import { metrics } from "../resources/metric-rows.ts";
import { segments } from "../resources/segment-rows.ts";
import { groupsOf } from "./definition.ts";
import { patternOf } from "./filters.ts";

const SOURCE = { pointer: "/data/attributes/definition" };

/** Refuses a definition that is empty or names what is not there (assumed: the vendor's documents state no such check). */
export function checkDefinition(definition: JsonObject, ctx: Context): JsonObject {
  const groups = groupsOf(definition);
  if (groups.length === 0 || groups.some((conditions) => conditions.length === 0)) {
    refuse("invalid", "A segment definition needs at least one condition group, and each group a condition.", { source: SOURCE });
  }
  for (const condition of groups.flat()) {
    for (const id of metricIdsOf(condition)) {
      if (!ctx.rows(metrics).has(id)) refuse("invalid", `A metric with id ${id} does not exist.`, { source: SOURCE });
    }
    for (const id of arrayOf(condition["group_ids"]).map(String)) {
      if (!ctx.rows(lists).has(id) && !ctx.rows(segments).has(id))
        refuse("invalid", `A list or segment with id ${id} does not exist.`, { source: SOURCE });
    }
    for (const filter of filtersOf(condition)) {
      const isPattern = filter["operator"] === "regex" || filter["operator"] === "nregex";
      if (isPattern && !patternOf(textOf(filter["value"]) ?? ""))
        refuse("invalid", "The regular expression cannot be read.", { source: SOURCE });
    }
  }
  return definition;
}

function metricIdsOf(condition: JsonObject): string[] {
  return [condition, ...arrayOf(condition["steps"]).map(objectOf)].flatMap((each) => textOf(each["metric_id"]) ?? []);
}

function filtersOf(condition: JsonObject): JsonObject[] {
  const holders = [condition, ...arrayOf(condition["steps"]).map(objectOf)];
  const inner = holders.flatMap((each) => arrayOf(each["metric_filters"]).map(objectOf));
  return [...holders, ...inner].map((each) => objectOf(each["filter"]));
}
