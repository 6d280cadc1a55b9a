import type { Context } from "../engine/context.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { flows, type FlowRow, type FlowStatus } from "../resources/flow-rows.ts";
import { statusOf, withStatus } from "./definition.ts";
import { actionsOf, putAction } from "./make.ts";
import { watchDates } from "./watch-dates.ts";
import { watchSegment } from "./watch-segment.ts";

export function parseStatus(status: string | undefined): FlowStatus {
  if (status === "draft" || status === "live" || status === "manual") return status;
  refuse("invalid", "The status of a flow is 'draft', 'manual' or 'live'.", { source: { pointer: "/data/attributes/status" } });
}

/** Sets a status on the flow and on all its actions, those that are disabled included (behaviour.md §2.11). */
export function setStatus(flow: FlowRow, status: FlowStatus, ctx: Context): FlowRow {
  for (const action of actionsOf(flow, ctx)) {
    const definition = withStatus(action.definition, status);
    if (definition !== action.definition) putAction({ ...action, definition, updated: ctx.now }, ctx);
  }
  return opened({ ...flow, status, updated: ctx.now }, ctx);
}

/** The flow with the status that its actions have together: live or manual when one of them is (assumed). */
export function withActionStatus(flow: FlowRow, ctx: Context): FlowRow {
  const statuses = actionsOf(flow, ctx).flatMap(({ definition }) => statusOf(definition) ?? []);
  if (statuses.length === 0) return flow;
  const status = statuses.includes("live") ? "live" : statuses.includes("manual") ? "manual" : "draft";
  return opened({ ...flow, status, updated: ctx.now }, ctx);
}

/** The same for a flow whose actions have changed: stores it. */
export function settleFlow(id: string, ctx: Context): void {
  const flow = ctx.rows(flows).get(id);
  if (flow) ctx.rows(flows).put({ ...withActionStatus(flow, ctx), updated: ctx.now });
}

/** Opens the door of a flow that is no draft any more, for those who come from now on, and shuts that of a draft. */
function opened(flow: FlowRow, ctx: Context): FlowRow {
  const { liveSince, ...shut } = flow;
  if (flow.status === "draft") return shut;
  if (liveSince !== undefined) return flow;
  const open = { ...shut, liveSince: ctx.now };
  const { type, id } = flow.trigger ?? {};
  if (type === "segment") watchSegment(open, textOf(id) ?? "", ctx);
  if (type === "date") watchDates(open, ctx);
  return open;
}
