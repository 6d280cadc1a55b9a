import type { Context } from "../engine/context.ts";
import { scheduled } from "../engine/tasks.ts";
import { deliveryLife, webhookDeliveries, webhooks, type WebhookDeliveryRow, type WebhookRow } from "./webhook-rows.ts";

/** How a request ended: the endpoint's status, or why there is none. */
export type Outcome = { answer: number } | { reason: string };

// The vendor's own words on retries were not at hand (behaviour.md §2.19). These rules are assumed after notes that others took of its guide:
// anything but 200, 201 or 202 is a failure, waits double up to an hour, and 48 hours without success disable the webhook.
const ACCEPTED = new Set([200, 201, 202]);
const FIRST_RETRY_MS = 60_000;
const LAST_RETRY_MS = 3_600_000;
const DISABLED_AFTER_MS = 48 * 3_600_000;
/** Settled deliveries that are kept. */
const MAX_KEPT = 1000;

/** Notes how a delivery went. Nothing when it is no longer the one that was sent: the account was reset, or the webhook removed. */
export function settleDelivery(ctx: Context, sent: WebhookDeliveryRow, outcome: Outcome): void {
  const rows = ctx.rows(webhookDeliveries);
  const webhook = ctx.rows(webhooks).get(sent.webhook);
  if (rows.get(sent.id) !== sent || !webhook) return;
  const { answer: _, reason: __, retryAt: ___, ...delivery } = sent;
  if ("answer" in outcome && ACCEPTED.has(outcome.answer)) {
    const { failingSince: ____, ...healthy } = webhook;
    if (webhook.failingSince !== undefined) ctx.rows(webhooks).put(healthy);
    rows.put({ ...delivery, ...outcome, status: deliveryLife.next(sent.status, "deliver"), settled: ctx.now });
    return dropOldest(ctx);
  }
  if (!staysEnabled(ctx, webhook)) {
    rows.put({ ...delivery, ...outcome, status: deliveryLife.next(sent.status, "give up"), settled: ctx.now });
    return dropOldest(ctx);
  }
  const retryAt = ctx.now + Math.min(FIRST_RETRY_MS * 2 ** (sent.attempts - 1), LAST_RETRY_MS);
  rows.put({ ...delivery, ...outcome, status: deliveryLife.next(sent.status, "miss"), retryAt });
  // Under an id of its own: scheduling as usual draws one, and when an answer comes is not for the seed to say.
  ctx.rows(scheduled).put({ id: `retry ${sent.id}`, at: retryAt, kind: "retry_webhook_delivery", payload: { id: sent.id } });
}

/** Puts a delivery back into the queue once its wait is over. */
export function retryDelivery(ctx: Context, id: string): void {
  const delivery = ctx.rows(webhookDeliveries).get(id);
  if (delivery?.status === "waiting") ctx.rows(webhookDeliveries).put({ ...delivery, status: deliveryLife.next("waiting", "retry") });
}

/** What was on its way when the process ended goes out again: a delivery may come twice, never not at all. */
export function requeueInterrupted(ctx: Context): void {
  const rows = ctx.rows(webhookDeliveries);
  for (const delivery of rows.where("status", "sending")) rows.put({ ...delivery, status: deliveryLife.next("sending", "restart") });
}

function staysEnabled(ctx: Context, webhook: WebhookRow): boolean {
  const failingSince = webhook.failingSince ?? ctx.now;
  const enabled = webhook.enabled && ctx.now - failingSince < DISABLED_AFTER_MS;
  ctx.rows(webhooks).put({ ...webhook, enabled, failingSince });
  return enabled;
}

function dropOldest(ctx: Context): void {
  const rows = ctx.rows(webhookDeliveries);
  for (const { id, settled } of rows.all()) {
    if (rows.size <= MAX_KEPT) return;
    if (settled !== undefined) rows.remove(id);
  }
}
