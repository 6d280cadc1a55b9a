import type { Context } from "../engine/context.ts";
import { flowActions, flows, type FlowActionRow } from "../resources/flow-rows.ts";
import { flowRuns, wakeAt } from "./arrivals.ts";
import { followerOf, linksOf, mapLinks } from "./definition.ts";
import { actionsOf, dropAction } from "./make.ts";

/** Takes an action out of its flow: what led to it leads to what came after it, and people who wait in it go on there in their time. */
export function takeOut(action: FlowActionRow, ctx: Context): void {
  const next = followerOf(action.definition);
  for (const other of actionsOf({ id: action.flow }, ctx)) {
    if (!linksOf(other.definition).includes(action.id)) continue;
    const definition = mapLinks(other.definition, (to) => (to === action.id ? next : to));
    ctx.rows(flowActions).put({ ...other, definition, updated: ctx.now });
  }
  const flow = ctx.rows(flows).get(action.flow);
  if (flow?.entry === action.id) ctx.rows(flows).put({ ...flow, entry: next });
  const runs = ctx.rows(flowRuns);
  for (const { waiting: _, stock, ...run } of runs.where("action", action.id)) {
    if (next === null) runs.remove(run.id);
    else runs.put({ ...run, action: next, ...(stock !== undefined && { at: ctx.now }) });
    if (stock !== undefined) wakeAt(ctx, ctx.now);
  }
  dropAction(action, ctx);
}
