import { createHmac } from "node:crypto";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { resourceObject } from "../engine/document.ts";
import { objectOf } from "../engine/input.ts";
import { plainQuery } from "../engine/request.ts";
import { microsText } from "../engine/time.ts";
import { events, type EventRow } from "./event-rows.ts";
import { eventResource } from "./events.ts";
import { deliveryLife, webhookDeliveries, webhooks, type WebhookDeliveryRow, type WebhookRow } from "./webhook-rows.ts";

/** A signed request to an endpoint. */
export interface Parcel {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** The delivery as it is while the request runs. */
  delivery: WebhookDeliveryRow;
}

/** Takes the oldest delivery that is due and makes its request. What cannot be sent, or must not, is settled on the way. */
export function nextParcel(ctx: Context): Parcel | undefined {
  const rows = ctx.rows(webhookDeliveries);
  for (const delivery of rows.where("status", "queued")) {
    const webhook = ctx.rows(webhooks).get(delivery.webhook);
    const settle = (event: "give up" | "withhold", reason: string): void =>
      void rows.put({ ...delivery, status: deliveryLife.next(delivery.status, event), reason, settled: ctx.now });
    const found = delivery.items.flatMap(({ event, topic }) => {
      const row = ctx.rows(events).get(event);
      return row ? [itemOf(row, topic, ctx)] : [];
    });
    if (!webhook?.enabled) settle("give up", "the webhook is disabled");
    else if (!isLoopback(webhook.url)) settle("withhold", "the sandbox delivers to this machine only");
    else if (found.length === 0) settle("give up", "the events are gone");
    else {
      const status = deliveryLife.next(delivery.status, "send");
      return signed(webhook, found, rows.put({ ...delivery, status, attempts: delivery.attempts + 1 }), ctx);
    }
  }
  return undefined;
}

export function isLoopback(url: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
}

/** Documented: the hex HMAC-SHA256 is over the body and then the text of the timestamp header. */
function signed({ id, url, secret }: WebhookRow, data: JsonObject[], delivery: WebhookDeliveryRow, ctx: Context): Parcel {
  const meta = { klaviyo_account_id: ctx.accountId, klaviyo_webhook_id: id, timestamp: microsText(ctx.now) };
  const body = JSON.stringify({ data, meta });
  // The form of a date in HTTP headers: assumed after receivers that others wrote.
  const timestamp = new Date(ctx.now).toUTCString();
  const signature = createHmac("sha256", secret)
    .update(body + timestamp)
    .digest("hex");
  const own = { "klaviyo-webhook-id": id, "klaviyo-timestamp": timestamp, "klaviyo-signature": signature };
  return { url, headers: { "content-type": "application/json", ...own }, body, delivery };
}

/** `payload` is what Get Event answers (documented). */
function itemOf(event: EventRow, topic: string, ctx: Context): JsonObject {
  const data = resourceObject(eventResource, event, { ctx, query: PLAIN, resourceOf: () => undefined });
  delete objectOf(data["relationships"])["attributions"];
  return { external_id: event.id, payload: { data }, topic };
}

const PLAIN = plainQuery();
