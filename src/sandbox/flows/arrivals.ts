import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { flows, type FlowRow } from "../resources/flow-rows.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** One person on the way through a flow, from what started it until nothing comes next. */
export interface FlowRunRow extends Row {
  flow: string;
  profile: string;
  /** The event that started it. */
  event?: string;
  /** The date that a date trigger counts from, ms. */
  date?: number;
  /** What else started it: facts of a product, or of a custom object by the ids of its properties. */
  about?: JsonObject;
  /** When it goes on, ms; {@link NEVER} while that is not for the clock to say. */
  at: number;
  /** When the person was let in, ms; absent before. */
  started?: number;
  /** Where the person stands; absent before the first action. */
  action?: string;
  /** Set while the person waits in `action`, which is a delay. */
  waiting?: true;
  /** Id of the catalog variant that the person waits for. */
  stock?: string;
}

export const flowRuns = defineCollection<FlowRunRow>("flow_runs", {
  indexes: { flow: (run) => run.flow, action: (run) => run.action, stock: (run) => run.stock },
});

/** One row that says when the next batch is due, so that one task serves everybody who waits. */
export const flowClock = defineCollection<Row & { at: number }>("flow_clock");

/** What lists and events need at hand to tell flows of somebody. */
export const flowArrivals = [flows, flowRuns, flowClock];

/** Observed of events: about a second lies between what happens and what follows from it (behaviour.md §2.21). */
export const LAG_MS = 1000;
export const NEVER = Number.MAX_SAFE_INTEGER;

type Arrival = Pick<FlowRunRow, "profile" | "event" | "date" | "about"> & { at?: number };

/**
 * Tells the live flows that this list or metric triggers that somebody has come. Nothing happens for what `happened` before a flow went live,
 * nor for what a flow itself did (`by`).
 */
export function announce(ctx: Context, trigger: string, arrival: Arrival, { happened = ctx.now, by }: Cause = {}): void {
  for (const flow of ctx.rows(flows).where("trigger", trigger)) {
    // Events are cut to the second.
    const isNew = flow.liveSince !== undefined && happened >= flow.liveSince - (flow.liveSince % 1000);
    if (isNew && flow.id !== by) arrive(ctx, flow, arrival);
  }
}

interface Cause {
  happened?: number;
  by?: string | undefined;
}

/** Puts somebody before the door of a flow, when it lets people in. Whether the person passes is seen a second later, or at `at`. */
export function arrive(ctx: Context, { id, liveSince }: FlowRow, arrival: Arrival): void {
  if (liveSince === undefined) return;
  const at = arrival.at ?? ctx.now + LAG_MS;
  ctx.rows(flowRuns).put({ id: ctx.ids.ulid(ctx.now), flow: id, ...arrival, at });
  wakeAt(ctx, at);
}

/** Has the next batch run at this time or before. */
export function wakeAt(ctx: Context, at: number): void {
  const next = ctx.rows(flowClock).get("next");
  if (next && next.at >= ctx.now && next.at <= at) return;
  ctx.rows(flowClock).put({ id: "next", at });
  ctx.schedule(at, "flow_batch", { at });
}
