import type { JsonObject } from "../../lib/json.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { eventsOf, passesAll } from "./activity.ts";
import type { Condition, Evaluation } from "./condition.ts";

const WINDOWS_MS: Record<string, number> = {
  HOURS_1: 1,
  DAYS_1: 24,
  DAYS_3: 72,
  DAYS_5: 120,
  WEEKS_1: 168,
  DAYS_30: 720,
  DAYS_90: 2160,
  DAYS_180: 4320,
  YEARS_1: 8760,
};
const HOUR_MS = 3_600_000;

interface Step {
  wanted: boolean;
  /** Event times by profile, ascending, ms. */
  times: Map<string, number[]>;
}

/**
 * `profile-metric-funnel`: the steps in their order, all within the window after the first (assumed: the vendor's documents name the fields
 * only). A step with `metric_exists` false must not have happened by the time the window closes.
 */
export function funnelCondition(condition: JsonObject, { ctx, moment }: Evaluation): Condition {
  const timeframe = objectOf(condition["timeframe_filter"]);
  const steps = arrayOf(condition["steps"]).map((each): Step => {
    const step = objectOf(each);
    const times = new Map<string, number[]>();
    for (const event of eventsOf(ctx, textOf(step["metric_id"]) ?? "", timeframe, moment)) {
      if (!passesAll(event, step, moment)) continue;
      const known = times.get(event.profile);
      if (known) known.push(event.at);
      else times.set(event.profile, [event.at]);
    }
    return { wanted: step["metric_exists"] !== false, times };
  });
  const windowMs = (WINDOWS_MS[textOf(condition["completion_window_seconds"]) ?? ""] ?? Number.POSITIVE_INFINITY) * HOUR_MS;
  const startAt = steps.findIndex(({ wanted }) => wanted);
  const start = steps[startAt];
  const before = start ? steps.slice(0, startAt) : steps;
  return {
    test: ({ id }) =>
      before.every(({ times }) => !times.has(id)) &&
      (!start || (start.times.get(id) ?? []).some((at) => completes(steps.slice(startAt + 1), id, at, at + windowMs))),
    ...(start && { candidates: start.times }),
  };
}

function completes([step, ...rest]: Step[], id: string, afterMs: number, untilMs: number): boolean {
  if (!step) return true;
  const next = step.times.get(id)?.find((at) => at > afterMs && at <= untilMs);
  if (!step.wanted) return next === undefined && completes(rest, id, afterMs, untilMs);
  return next !== undefined && completes(rest, id, next, untilMs);
}
