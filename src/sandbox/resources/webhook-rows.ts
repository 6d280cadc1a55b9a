import { defineMachine } from "../engine/machine.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export interface WebhookRow extends Row {
  name: string;
  description?: string;
  url: string;
  secret: string;
  enabled: boolean;
  topics: string[];
  created: number;
  updated: number;
  /** Since when no delivery got through, ms. */
  failingSince?: number;
}

export const webhooks = defineCollection<WebhookRow>("webhooks", {
  indexes: { topic: ({ enabled, topics }) => (enabled ? topics : undefined) },
});

export type DeliveryStatus = "queued" | "sending" | "waiting" | "delivered" | "failed" | "withheld";

/** One request to the endpoint of a webhook, with up to {@link MAX_ITEMS} events. */
export interface WebhookDeliveryRow extends Row {
  webhook: string;
  status: DeliveryStatus;
  items: { event: string; topic: string }[];
  queued: number;
  attempts: number;
  /** Of the last attempt: the endpoint's status, or why there is none. */
  answer?: number;
  reason?: string;
  /** When it is tried again. */
  retryAt?: number;
  settled?: number;
}

/** Second-hand: the vendor's examples hold one event in a list. */
const MAX_ITEMS = 1000;

/** Every delivery, settled ones too; `webhook-outcome.ts` drops the oldest of those. */
export const webhookDeliveries = defineCollection<WebhookDeliveryRow>("webhook_deliveries", {
  indexes: {
    status: (delivery) => delivery.status,
    webhook: (delivery) => delivery.webhook,
    /** Those that still take events in. */
    open: ({ webhook, status, attempts, items }) =>
      status === "queued" && attempts === 0 && items.length < MAX_ITEMS ? webhook : undefined,
  },
});

export const deliveryLife = defineMachine<DeliveryStatus, "send" | "deliver" | "miss" | "retry" | "give up" | "withhold" | "restart">(
  "webhook delivery",
  {
    queued: { send: "sending", "give up": "failed", withhold: "withheld" },
    sending: { deliver: "delivered", miss: "waiting", "give up": "failed", restart: "queued" },
    waiting: { retry: "queued", "give up": "failed" },
    delivered: {},
    failed: {},
    withheld: {},
  },
);
