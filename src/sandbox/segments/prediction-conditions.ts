import type { Json, JsonObject } from "../../lib/json.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { predict, type Predictions } from "../resources/predictive.ts";
import type { Condition, Evaluation } from "./condition.ts";
import { dateTest } from "./dates.ts";
import { numericTest, valueTest } from "./filters.ts";

/** `profile-predictive-analytics`, over what {@link predict} says. What is not predicted of a profile passes no test. */
export function predictionCondition(condition: JsonObject, { ctx, moment }: Evaluation): Condition {
  const dimension = textOf(condition["dimension"]) ?? "";
  const filter = objectOf(condition["filter"]);
  if (dimension === "channel_affinity") return affinityCondition(condition, ctx);
  if (dimension === "expected_date_of_next_purchase") {
    const inTime = dateTest(filter, moment);
    return predicted(ctx, ({ expected_date_of_next_order: at }) => at !== null && inTime(at));
  }
  const test = dimension === "predicted_gender" ? valueTest(filter, moment) : numericTest(filter);
  return predicted(ctx, (predictions) => {
    const value = (predictions as Partial<Record<string, Json>> & Predictions)[dimension];
    return value !== undefined && value !== null && test(value);
  });
}

const RANKS = ["high", "medium", "low"];

function affinityCondition(condition: JsonObject, ctx: Evaluation["ctx"]): Condition {
  const filter = objectOf(condition["filter"]);
  const channel = textOf(condition["predicted_channel"]);
  return predicted(ctx, ({ ranked_channel_affinity: ranked }) => {
    const at = ranked.findIndex((each) => each === channel);
    if (at === -1) return false;
    if (condition["measurement"] === "priority") return filter["value"] === at + 1;
    return (RANKS[Math.min(at, 2)] === filter["value"]) === (filter["operator"] !== "not-equals");
  });
}

function predicted(ctx: Evaluation["ctx"], test: (predictions: Predictions) => boolean): Condition {
  return { test: (profile) => test(predict(ctx, profile)) };
}
