import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { events } from "../resources/event-rows.ts";
import { flowActions, flows, type FlowRow } from "../resources/flow-rows.ts";
import { profiles } from "../resources/profile-rows.ts";
import { flowClock, flowRuns, NEVER, wakeAt, type FlowRunRow } from "./arrivals.ts";
import { passesFilter, type Traveller } from "./conditions.ts";
import { mayEnter, noteEntry } from "./entries.ts";
import { afterWait, perform } from "./steps.ts";

/** People that one task moves on, and actions that each of them passes in it: what is left goes into the next task. */
const BATCH = 100;
const MAX_ACTIONS = 100;

/** Moves everybody on whose time has come, in batches. */
export function travelBatch({ at }: JsonObject, ctx: Context): void {
  // A batch that was put before this one has seen to it.
  if (ctx.rows(flowClock).get("next")?.at !== at) return;
  ctx.rows(flowClock).remove("next");
  const order = ctx.rows(flowRuns).order("at", (run) => run.at);
  const due = order
    .positions()
    .slice(0, BATCH)
    .flatMap(({ id }) => ctx.rows(flowRuns).get(id) ?? []);
  for (const run of due) if (run.at <= ctx.now) travel(run, ctx);
  const next = order.positions()[0];
  if (next && Number(next.key) < NEVER) wakeAt(ctx, Math.max(ctx.now, Number(next.key)));
}

function travel(run: FlowRunRow, ctx: Context): void {
  const rows = ctx.rows(flowRuns);
  const flow = ctx.rows(flows).get(run.flow);
  const traveller = flow && travellerOf(run, ctx);
  if (!traveller || (run.started === undefined && !isLetIn(flow, traveller))) return void rows.remove(run.id);
  if (run.started === undefined) noteEntry(flow.id, run.profile, ctx);
  const { waiting, action: at, ...rest } = run;
  const inside = { ...rest, started: run.started ?? ctx.now };
  const here = run.started === undefined ? flow.entry : (at ?? null);
  move(inside, flow, waiting ? afterWait(ctx.rows(flowActions).get(here ?? "")?.definition) : here, ctx);
}

/** Goes from action to action until the person has to wait, or nothing comes next. */
function move(run: FlowRunRow, flow: FlowRow, from: string | null, ctx: Context): void {
  let action = from;
  for (let passed = 0; action !== null; passed++) {
    const found = ctx.rows(flowActions).get(action);
    const traveller = travellerOf(run, ctx);
    // Filters of the flow hold for every action (documented): who does not pass any more leaves.
    if (!found || !traveller || !passesFilter(flow.profileFilter, traveller)) break;
    if (passed === MAX_ACTIONS) return void ctx.rows(flowRuns).put({ ...run, at: ctx.now, action });
    const outcome = perform({ flow, run, action: found.definition, traveller });
    if ("until" in outcome) return void ctx.rows(flowRuns).put({ ...run, at: outcome.until, action, waiting: true });
    if ("stock" in outcome) return void ctx.rows(flowRuns).put({ ...run, at: NEVER, action, waiting: true, stock: outcome.stock });
    action = outcome.next;
  }
  ctx.rows(flowRuns).remove(run.id);
}

function travellerOf({ flow, profile: id, started, event, about }: FlowRunRow, ctx: Context): Traveller | undefined {
  const profile = ctx.rows(profiles).get(id);
  return profile && { ctx, profile, flow, since: started, event: ctx.rows(events).get(event ?? ""), about };
}

function isLetIn(flow: FlowRow, traveller: Traveller): boolean {
  return (
    flow.liveSince !== undefined &&
    mayEnter(flow, traveller.profile.id, traveller.ctx) &&
    passesFilter(flow.trigger?.["trigger_filter"], traveller) &&
    passesFilter(flow.profileFilter, traveller)
  );
}
