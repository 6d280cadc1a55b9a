import type { Context } from "../engine/context.ts";
import { defineResource } from "../engine/declare.ts";
import { isoSeconds } from "../../lib/clock.ts";
import { aggregate, eventsBetween } from "../metrics/aggregate.ts";
import { creditOf, messageFacts } from "../reports/message-facts.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import { campaignMessages } from "./campaign-rows.ts";
import { canReceive } from "./consent.ts";
import { events, type EventRow } from "./event-rows.ts";
import { metrics, metricSource } from "./metric-rows.ts";
import { profiles } from "./profile-rows.ts";

/** A usage type: all of its numbers are counted when they are asked for. */
type BillingUsageRow = Row;

interface Usage {
  unit: "credits" | "messages" | "profiles";
  used(ctx: Context, from: number): number;
  most(plan: Plan): number;
}

interface Plan {
  profiles: number;
  sends: number;
  credits: number;
}

/** Steps of the plan by active profiles: an account is moved up by itself, and may send ten mails to each. The first is the free one (assumed). */
const FREE: Plan = { profiles: 250, sends: 500, credits: 150 };
const PAID = [500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000];
const PAID_CREDITS = 1250;
const SENDS_EACH = 10;
/** What a text with an image costs, and one segment without (assumed: prices of the United States). */
const IMAGE_CREDITS = 3;

/** The vendor names `email_sends`; the other two names are assumed, as is that a period is a month of the calendar. */
const USAGES: Record<string, Usage> = {
  active_profiles: { unit: "profiles", used: activeProfiles, most: (plan) => plan.profiles },
  email_sends: { unit: "messages", used: sentMails, most: (plan) => plan.sends },
  sms_credits: { unit: "credits", used: textCredits, most: (plan) => plan.credits },
};

export const usageRows: readonly BillingUsageRow[] = Object.keys(USAGES).map((id) => ({ id }));

/** What the account has used of its plan in this period. Its operations are in `actions/billing-usage.ts`, for there is nothing to store. */
export const billingUsageResource = defineResource<BillingUsageRow>({
  type: "billing-usage",
  path: "/api/billing-usage",
  collection: defineCollection<BillingUsageRow>("billing_usage"),
  collections: [campaignMessages, events, metrics, profiles],
  attributes({ id }, ctx) {
    const usage = USAGES[id];
    const [from, to] = periodOf(ctx.now);
    return {
      usage_used: usage?.used(ctx, from) ?? 0,
      usage_max: usage?.most(planOf(activeProfiles(ctx))) ?? 0,
      unit: usage?.unit ?? "",
      period_start: isoSeconds(from),
      period_end: isoSeconds(to),
      as_of: isoSeconds(ctx.now),
    };
  },
});

function periodOf(nowMs: number): [from: number, to: number] {
  const now = new Date(nowMs);
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  return [Date.UTC(year, month), Date.UTC(year, month + 1)];
}

function planOf(people: number): Plan {
  if (people <= FREE.profiles) return FREE;
  const size = PAID.find((most) => people <= most) ?? people;
  return { profiles: size, sends: size * SENDS_EACH, credits: PAID_CREDITS };
}

/** Who can be mailed (behaviour.md §2.3 rule 9: the suppressed do not count). */
function activeProfiles(ctx: Context): number {
  let count = 0;
  for (const profile of ctx.rows(profiles).all()) if (canReceive(profile, "email")) count++;
  return count;
}

function sentMails(ctx: Context, from: number): number {
  const metricId = metricIdOf(ctx, "Received Email");
  if (metricId === undefined) return 0;
  const asked = { metricId, measurements: ["count"] as const, by: [], clauses: [], from, to: ctx.now + 1, starts: [from] };
  return aggregate(ctx, asked)[0]?.measurements.count?.[0] ?? 0;
}

function textCredits(ctx: Context, from: number): number {
  const metricId = metricIdOf(ctx, "Received Text Message");
  if (metricId === undefined) return 0;
  const costs = new Map<string, number>();
  let credits = 0;
  for (const event of eventsBetween(ctx, { metricId, from, to: ctx.now + 1 })) credits += costOf(event, costs, ctx);
  return credits;
}

/** Everybody who gets a message costs the same, so its length is counted once. */
function costOf(event: EventRow, costs: Map<string, number>, ctx: Context): number {
  const kind = creditOf(event, "flow", ctx) ? "flow" : "campaign";
  const credit = creditOf(event, kind, ctx);
  if (!credit) return 1;
  const key = `${credit.sender} ${credit.message}`;
  const known = costs.get(key);
  if (known !== undefined) return known;
  const { segments, facts } = messageFacts(credit, kind, "sms", ctx);
  const cost = facts["text_message_format"] === "mms" ? IMAGE_CREDITS : segments;
  costs.set(key, cost);
  return cost;
}

function metricIdOf(ctx: Context, name: string): string | undefined {
  return ctx.rows(metrics).find("source", metricSource("klaviyo", name))?.id;
}
