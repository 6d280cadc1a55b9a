import { isoSeconds } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { events } from "./event-rows.ts";
import { metrics } from "./metric-rows.ts";
import type { ProfileRow } from "./profile-rows.ts";

/** `predictive_analytics` of a profile: the historic half is counted, the predicted half is fixed by the profile's id and orders. */
export interface Predictions {
  historic_clv: number;
  predicted_clv: number | null;
  total_clv: number;
  historic_number_of_orders: number;
  predicted_number_of_orders: number | null;
  average_days_between_orders: number | null;
  average_order_value: number | null;
  churn_probability: number | null;
  /** ms. */
  expected_date_of_next_order: number | null;
  ranked_channel_affinity: ("email" | "push" | "sms")[];
  /** Segments know it, profile reads do not show it. */
  predicted_gender: "likely_female" | "likely_male" | "uncertain";
}

const DAY_MS = 86_400_000;

/** Metric that counts as an order; the names that shop integrations use agree on it. */
export const ORDER_METRIC = "Placed Order";

/** What is predicted of a profile. Orders are events of any metric called "Placed Order". */
export function predict(ctx: Context, profile: ProfileRow): Predictions {
  const orderMetrics = ctx
    .rows(metrics)
    .where("name", ORDER_METRIC)
    .map(({ id }) => id);
  const orders = ctx
    .rows(events)
    .where("profile_id", profile.id)
    .filter(({ metric }) => orderMetrics.includes(metric));
  const times = orders.map(({ at }) => at).toSorted((a, b) => a - b);
  const [first, last] = [times[0], times.at(-1)];
  const count = orders.length;
  const spent = cents(orders.reduce((sum, { value = 0 }) => sum + value, 0));
  const chance = (salt: string): number => fraction(`${profile.id} ${salt}`);
  const gapDays = first !== undefined && last !== undefined && count > 1 ? cents((last - first) / (count - 1) / DAY_MS) : null;
  const coming = count === 0 ? null : cents(count * (0.1 + 0.5 * chance("orders")));
  const worth = count === 0 ? null : cents(spent / count);
  const comingWorth = coming === null || worth === null ? null : cents(coming * worth);
  const gender = chance("gender");
  return {
    historic_clv: spent,
    predicted_clv: comingWorth,
    total_clv: cents(spent + (comingWorth ?? 0)),
    historic_number_of_orders: count,
    predicted_number_of_orders: coming,
    average_days_between_orders: gapDays,
    average_order_value: worth,
    churn_probability: count === 0 ? null : cents(Math.max(0.05, 0.9 - 0.15 * count) * (0.6 + 0.4 * chance("churn"))),
    expected_date_of_next_order: last === undefined ? null : last + Math.round((gapDays ?? 30 + 60 * chance("next")) * 86_400) * 1000,
    ranked_channel_affinity: affinityOf(profile, chance("channel")),
    predicted_gender: gender < 0.4 ? "likely_female" : gender < 0.8 ? "likely_male" : "uncertain",
  };
}

/** The `predictive_analytics` block of a profile read. */
export function predictiveAnalytics(ctx: Context, profile: ProfileRow): JsonObject {
  const { predicted_gender: _, expected_date_of_next_order: nextMs, ...rest } = predict(ctx, profile);
  return { ...rest, expected_date_of_next_order: nextMs === null ? null : isoSeconds(nextMs) };
}

function affinityOf({ email, phone }: ProfileRow, chance: number): Predictions["ranked_channel_affinity"] {
  const ranked: Predictions["ranked_channel_affinity"] = chance < 0.3 ? ["sms", "email", "push"] : ["email", "sms", "push"];
  return ranked.filter((channel) => (channel === "email" ? email !== undefined : channel === "sms" ? phone !== undefined : true));
}

function cents(value: number): number {
  return Math.round(value * 100) / 100;
}

/** From 0 up to 1, the same for the same text (FNV-1a). */
function fraction(text: string): number {
  let mixed = 0x81_1c_9d_c5;
  for (let i = 0; i < text.length; i++) mixed = Math.imul(mixed ^ text.charCodeAt(i), 0x01_00_01_93);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21_f0_aa_ad);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}
