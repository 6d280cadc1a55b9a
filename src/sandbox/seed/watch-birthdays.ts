import type { Context } from "../engine/context.ts";
import type { FlowRow } from "../resources/flow-rows.ts";
import { DAY_MS } from "./calendar.ts";

/**
 * The flow of dates looks at everybody once a day, at midnight (UTC), for the day to come. The look of the seed's own day is past: who is due
 * for the rest of it stands in the flow already (`journeys.ts`).
 */
export function watchBirthdays(ctx: Context, { id, liveSince = 0 }: FlowRow): void {
  const midnight = (Math.floor(ctx.now / DAY_MS) + 1) * DAY_MS;
  ctx.schedule(midnight, "flow_dates", { flow: id, since: liveSince, from: midnight, after: null });
}
