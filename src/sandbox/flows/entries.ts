import type { Json } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { numberOf, objectOf, textOf } from "../engine/input.ts";
import type { FlowRow } from "../resources/flow-rows.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** When somebody was last let into a flow. */
interface FlowEntryRow extends Row {
  flow: string;
  at: number;
}

export const flowEntries = defineCollection<FlowEntryRow>("flow_entries", { indexes: { flow: (entry) => entry.flow } });

/** Parted by a tab like links. */
export function entryId(flow: string, profile: string): string {
  return `${flow}\t${profile}`;
}

const UNITS_MS: Record<string, number> = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 };

/**
 * Whether somebody may enter again. Without a criterion a list or a segment lets everybody in once, everything else each time (documented
 * by the vendor's help); `alltime` is once for all, unless its duration is 0 (documented); any other unit is how long lies between (assumed).
 */
export function mayEnter(flow: FlowRow, profile: string, ctx: Context): boolean {
  const entry = ctx.rows(flowEntries).get(entryId(flow.id, profile));
  if (!entry) return true;
  if (!flow.reentry) return flow.trigger?.["type"] !== "list" && flow.trigger?.["type"] !== "segment";
  return ctx.now - entry.at >= spanMs(flow.reentry);
}

function spanMs(reentry: Json): number {
  const { duration, unit } = objectOf(reentry);
  const count = numberOf(duration) ?? 0;
  // By itself, since no times endless is not a number.
  return count === 0 ? 0 : count * (UNITS_MS[textOf(unit) ?? ""] ?? Number.POSITIVE_INFINITY);
}

export function noteEntry(flow: string, profile: string, ctx: Context): void {
  ctx.rows(flowEntries).put({ id: entryId(flow, profile), flow, at: ctx.now });
}
