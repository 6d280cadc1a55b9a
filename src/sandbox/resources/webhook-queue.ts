import type { Context } from "../engine/context.ts";
import type { EventRow } from "./event-rows.ts";
import type { MetricRow } from "./metric-rows.ts";
import { webhookDeliveries, webhooks, type WebhookRow } from "./webhook-rows.ts";
import { topicsOf } from "./webhook-topics.ts";

/** Puts a new event into the next delivery of each webhook that wants it. Nothing is sent here: the courier does that after the commit. */
export function queueForWebhooks(ctx: Context, event: EventRow, metric: MetricRow): void {
  if (ctx.rows(webhooks).size === 0) return;
  for (const topic of topicsOf(metric)) {
    for (const webhook of ctx.rows(webhooks).where("topic", topic)) queue(ctx, webhook, { event: event.id, topic });
  }
}

function queue(ctx: Context, { id: webhook }: WebhookRow, item: { event: string; topic: string }): void {
  const rows = ctx.rows(webhookDeliveries);
  const [open] = rows.where("open", webhook);
  if (open) rows.put({ ...open, items: [...open.items, item] });
  // No id is drawn: what a webhook causes must not shift the ids of everything else.
  else rows.put({ id: `${webhook}-${item.event}-${item.topic}`, webhook, status: "queued", items: [item], queued: ctx.now, attempts: 0 });
}
