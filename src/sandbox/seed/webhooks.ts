import type { Context } from "../engine/context.ts";
import { webhooks } from "../resources/webhook-rows.ts";
import { DAY_MS } from "./calendar.ts";

/** A webhook of the shop's warehouse that somebody has turned off: nothing leaves the sandbox by itself. */
export function seedWebhooks(ctx: Context, openedMs: number): void {
  const created = openedMs + 380 * DAY_MS;
  ctx.rows(webhooks).put({
    id: ctx.ids.ulid(created),
    name: "Warehouse",
    description: "Told the packing table of unsubscribes. Off since the new table came.",
    url: "https://warehouse.harbourandpine.example/klaviyo",
    secret: ctx.ids.alphanumeric(32),
    enabled: false,
    topics: ["event:klaviyo.unsubscribed_from_email_marketing"],
    created,
    updated: created + 120 * DAY_MS,
  });
}
