import type { JsonObject } from "../../lib/json.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { profiles } from "../resources/profile-rows.ts";
import { metricCondition } from "./activity.ts";
import type { Condition, ConditionOf, Evaluation } from "./condition.ts";
import { marketingCondition, permissionCondition } from "./consent-conditions.ts";
import { funnelCondition } from "./funnel.ts";
import { membershipCondition } from "./group-conditions.ts";
import { distanceCondition } from "./distance.ts";
import { customObjectCondition } from "./object-conditions.ts";
import { predictionCondition } from "./prediction-conditions.ts";
import { propertyCondition, regionCondition } from "./profile-conditions.ts";

const NOBODY: Condition = { test: () => false, candidates: new Set() };

const CONDITIONS: Record<string, ConditionOf> = {
  "profile-property": propertyCondition,
  "profile-metric": metricCondition,
  "profile-metric-funnel": funnelCondition,
  "profile-group-membership": membershipCondition,
  "profile-marketing-consent": marketingCondition,
  "profile-permissions": permissionCondition,
  "profile-region": regionCondition,
  "profile-postal-code-distance": distanceCondition,
  "profile-predictive-analytics": predictionCondition,
  "profile-has-custom-object": customObjectCondition,
};

/** Conditions of a definition, group by group. */
export function groupsOf(definition: JsonObject): JsonObject[][] {
  return arrayOf(definition["condition_groups"]).map((group) => arrayOf(objectOf(group)["conditions"]).map(objectOf));
}

/** Ids of the profiles that a definition holds for, ascending: every group must pass, and a group passes when one of its conditions does. */
export function matchingIds(definition: JsonObject, evaluation: Evaluation): string[] {
  const groups = groupsOf(definition).map((conditions) => anyOf(conditions.map((each) => conditionOf(each, evaluation))));
  const rows = evaluation.ctx.rows(profiles);
  const narrowest = groups.flatMap(({ candidates }) => candidates ?? []).toSorted((a, b) => a.size - b.size)[0];
  const found: string[] = [];
  const consider = (id: string): void => {
    const profile = rows.get(id);
    if (profile && groups.every((group) => group.test(profile))) found.push(id);
  };
  if (narrowest) for (const id of narrowest.keys()) consider(id);
  else for (const { id } of rows.all()) consider(id);
  return found.sort();
}

/** A condition ready to be asked; a kind that is not in the table holds for nobody. */
export function conditionOf(condition: JsonObject, evaluation: Evaluation): Condition {
  return CONDITIONS[textOf(condition["type"]) ?? ""]?.(condition, evaluation) ?? NOBODY;
}

function anyOf(conditions: Condition[]): Condition {
  const [only] = conditions;
  if (only && conditions.length === 1) return only;
  const test: Condition["test"] = (profile) => conditions.some((each) => each.test(profile));
  const known = conditions.flatMap(({ candidates }) => candidates ?? []);
  if (known.length < conditions.length) return { test };
  return { test, candidates: new Set(known.flatMap((each) => [...each.keys()])) };
}
