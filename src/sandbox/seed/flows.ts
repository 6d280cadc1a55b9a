import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { makeActions } from "../flows/make.ts";
import { flowActions, flows, type FlowRow } from "../resources/flow-rows.ts";
import { metrics } from "../resources/metric-rows.ts";
import { DAY_MS } from "./calendar.ts";
import { actionsFor } from "./flow-actions.ts";
import { notSinceStart } from "./flow-conditions.ts";
import { FLOW_PLANS, type FlowKey, type FlowPlan, type Start } from "./flow-plan.ts";
import { madeStep, type MadeStep } from "./flow-steps.ts";
import type { ShopLists } from "./lists.ts";
import type { Tagger } from "./tags.ts";
import type { TemplateName } from "./template-bodies.ts";

/** A flow as the history of its people tells of it. */
export interface MadeFlow {
  flow: FlowRow;
  /** Since when people are let in, ms; endless in a draft. */
  since: number;
  /** How long lies between two entries of one person, ms. */
  reentryMs: number;
  steps: MadeStep[];
}

export type ShopFlows = Record<FlowKey, MadeFlow>;

interface Around {
  lists: ShopLists;
  templates: Record<TemplateName, string>;
  tag: Tagger;
}

const UNITS_MS: Record<string, number> = { hour: 3_600_000, day: DAY_MS, week: 7 * DAY_MS };

/** The flows with their actions, made long ago. They let people in, but what they did so far is told by the people's own events. */
export function seedFlows(ctx: Context, around: Around, openedMs: number): ShopFlows {
  const made = Object.entries(FLOW_PLANS).map(([key, plan]): [string, MadeFlow] => [key, seedFlow(ctx, around, plan, openedMs)]);
  // Safe: the entries are those of the plans.
  return Object.fromEntries(made) as ShopFlows;
}

function seedFlow(ctx: Context, { lists, templates, tag }: Around, plan: FlowPlan, openedMs: number): MadeFlow {
  const metric = (name: string): string => ctx.rows(metrics).where("name", name)[0]?.id ?? "";
  const created = openedMs + plan.day * DAY_MS;
  const id = ctx.ids.short();
  const groups = actionsFor(plan, { metric, templates });
  // Its parts bear the time of its making.
  const ids = makeActions(id, groups.flat(), { ...ctx, now: created });
  const definitionOf = (action: JsonObject): JsonObject => {
    const row = ctx.rows(flowActions).get(ids.get(textOf(action["temporary_id"]) ?? "") ?? "");
    return objectOf(row?.definition);
  };
  const since = created + 2 * DAY_MS;
  const flow: FlowRow = {
    id,
    name: plan.name,
    status: plan.status,
    trigger: triggerOf(plan.start, lists, metric),
    profileFilter: notSinceStart(plan.until.map(metric)),
    reentry: plan.reentry,
    entry: ids.get("step-0") ?? null,
    ...(plan.status !== "draft" && { liveSince: since }),
    created,
    updated: since,
  };
  for (const name of plan.tags) tag(name, "flow", id, created);
  const { duration, unit } = plan.reentry ?? {};
  return {
    flow: ctx.rows(flows).put(flow),
    since: plan.status === "live" ? since : Number.POSITIVE_INFINITY,
    reentryMs: Number(duration ?? 0) * (UNITS_MS[textOf(unit) ?? ""] ?? 0),
    steps: plan.steps.map((step, i) => madeStep(step, (groups[i] ?? []).map(definitionOf))),
  };
}

function triggerOf(start: Start, lists: ShopLists, metric: (name: string) => string): JsonObject {
  if ("list" in start) return { type: "list", id: lists[start.list] };
  if ("metric" in start) return { type: "metric", id: metric(start.metric), trigger_filter: null };
  if ("birthday" in start)
    return {
      type: "date",
      date_field_type: "profile-property",
      date_profile_property: "properties['Birthday']",
      timedelta_unit_before_date: "days",
      timedelta_value_before_date: 0,
      recurrence_frequency: "annually",
      timezone: "profile",
      trigger_time: "09:00:00Z",
      trigger_days: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    };
  return {
    type: "price-drop",
    trigger_filter: { condition_groups: [] },
    price_drop_amount_value: 10,
    price_drop_amount_unit: "percent",
    audience: ["viewed", "checkout-started"],
    timeframe_days: 30,
    currency_type: "usd",
  };
}
