import type { Context } from "../engine/context.ts";
import { numberOf, textOf } from "../engine/input.ts";
import { catalogId, catalogVariants, type VariantRow } from "../resources/catalog-rows.ts";
import { eventProperty, type EventRow } from "../resources/event-rows.ts";
import { flowRuns, LAG_MS, wakeAt } from "./arrivals.ts";

export function inStock({ fields }: Pick<VariantRow, "fields">): boolean {
  return (numberOf(fields["inventory_quantity"]) ?? 0) > 0;
}

/** The variant that a "Subscribed to Back in Stock" is about. */
export function wantedVariant(event: EventRow | undefined, ctx: Context): VariantRow | undefined {
  const externalId = event && textOf(eventProperty(event, "VariantId"));
  return externalId === undefined ? undefined : ctx.rows(catalogVariants).get(catalogId(externalId));
}

/** Lets everybody go on who waits for this variant. */
export function letThrough(variant: string, ctx: Context): void {
  const rows = ctx.rows(flowRuns);
  for (const { stock: _, ...run } of rows.where("stock", variant)) {
    rows.put({ ...run, at: ctx.now + LAG_MS });
    wakeAt(ctx, ctx.now + LAG_MS);
  }
}

/** Nobody waits any more for a variant that is deleted: its subscriptions go with it (behaviour.md Appendix B). */
export function sendAway(variant: string, ctx: Context): void {
  const rows = ctx.rows(flowRuns);
  for (const { id } of rows.where("stock", variant)) rows.remove(id);
}
