import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { refuse } from "../engine/refusal.ts";
import { KLAVIYO_METRICS } from "./klaviyo-metrics.ts";
import { integrationOf, metrics, type MetricRow } from "./metric-rows.ts";

/** Documented topics whose metrics an account need not have yet. */
const FURTHER = [
  "bounced_push",
  "opened_push",
  "ready_to_review",
  "received_push",
  "submitted_rating",
  "submitted_review",
  "updated_email_preferences",
];

/** The vendor's guide names delivered mail in two ways. */
const SECOND_NAMES: Record<string, string> = { received_email: "email_delivered" };

/** Every topic of the account: the standing ones, and one for each metric that it has (documented). */
export function topicIds(ctx: Context): string[] {
  const own = [...KLAVIYO_METRICS].flatMap((name) => namesOf("klaviyo", name));
  const dynamic = [...ctx.rows(metrics).all()].flatMap(topicsOf);
  return [...new Set([...own, ...FURTHER.map((name) => `event:klaviyo.${name}`), ...dynamic])].toSorted();
}

/** 404 for a topic that the account does not have. */
export function mustTopics(ctx: Context, ids: readonly string[]): void {
  const known = new Set(topicIds(ctx));
  for (const id of ids) if (!known.has(id)) refuse("not_found", `A webhook-topic with id ${id} does not exist.`);
}

/** A topic as a resource object: the type has no attributes. */
export function topicObject(id: string, ctx: Context): JsonObject {
  return { type: "webhook-topic", id, links: { self: `${ctx.origin}/api/webhook-topics/${id}/` } };
}

/** The topics that an event of this metric belongs to. */
export function topicsOf(metric: MetricRow): string[] {
  return namesOf(String(integrationOf(metric)["key"]), metric.name);
}

/** `Sent Text Message` is `sent_sms`: topics keep the older name of the channel. */
function namesOf(source: string, metric: string): string[] {
  const name = metric
    .toLowerCase()
    .replaceAll(/text messag(e|ing)/g, "sms")
    .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
    .replaceAll(/^_|_$/g, "");
  const second = source === "klaviyo" ? SECOND_NAMES[name] : undefined;
  return [name, ...(second === undefined ? [] : [second])].map((each) => `event:${source}.${each}`);
}
