import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { textOf } from "../engine/input.ts";
import { flows, type FlowRow } from "../resources/flow-rows.ts";
import { segmentMemberIds } from "../segments/membership.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import { arrive } from "./arrivals.ts";

/** Who was in the segment when the flow looked last. The id is the flow's. */
interface FlowMembersRow extends Row {
  ids: readonly string[];
}

export const flowMembers = defineCollection<FlowMembersRow>("flow_members");

/** Members are worked out when asked for, so a flow asks (assumed: the vendor gives no figure). */
const LOOKS_EVERY_MS = 5 * 60_000;

/** Remembers who is in the segment, since only those who come from now on start the flow, and begins to look. */
export function watchSegment(flow: FlowRow, segment: string, ctx: Context): void {
  ctx.rows(flowMembers).put({ id: flow.id, ids: segmentMemberIds(ctx, segment) });
  lookLater(flow, ctx);
}

/** Lets those start who have come since the last look. Ends when the flow is gone, or was stopped and started anew. */
export function lookAtSegment({ flow: id, since }: JsonObject, ctx: Context): void {
  const flow = ctx.rows(flows).get(textOf(id) ?? "");
  const before = flow && ctx.rows(flowMembers).get(flow.id);
  if (!before || flow.liveSince !== since) return;
  const ids = segmentMemberIds(ctx, textOf(flow.trigger?.["id"]) ?? "");
  // Members that nothing has changed are the same list.
  if (ids !== before.ids) {
    const known = new Set(before.ids);
    const fresh = ids.filter((each) => !known.has(each));
    for (const profile of fresh) arrive(ctx, flow, { profile });
    if (fresh.length > 0 || ids.length !== known.size) ctx.rows(flowMembers).put({ id: flow.id, ids });
  }
  lookLater(flow, ctx);
}

function lookLater({ id, liveSince = 0 }: FlowRow, ctx: Context): void {
  ctx.schedule(ctx.now + LOOKS_EVERY_MS, "flow_look", { flow: id, since: liveSince });
}
