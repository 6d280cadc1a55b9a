import type { Json } from "../../lib/json.ts";
import { defineResource, toManyIds } from "../engine/declare.ts";
import { booleanOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { retryDelivery } from "./webhook-outcome.ts";
import { isLoopback } from "./webhook-parcel.ts";
import { webhookDeliveries, webhooks, type WebhookRow } from "./webhook-rows.ts";
import { mustTopics } from "./webhook-topics.ts";

const MIN_SECRET = 16;

/** System webhooks (behaviour.md §2.19). The secret is never shown, and of the endpoint only its origin (documented). */
export const webhookResource = defineResource<WebhookRow>({
  type: "webhook",
  path: "/api/webhooks",
  collection: webhooks,
  collections: [webhookDeliveries],
  attributes: (webhook, ctx) => ({
    name: webhook.name,
    description: webhook.description ?? null,
    endpoint_url: new URL(webhook.url).origin,
    enabled: webhook.enabled,
    created_at: timeText(webhook.created, ctx),
    updated_at: timeText(webhook.updated, ctx),
  }),
  // Topics have no rows: `actions/read-webhooks.ts` includes them.
  relationships: { "webhook-topics": toManyIds<WebhookRow>("webhook-topic", ({ topics }) => topics) },
  create({ attributes, many }, ctx) {
    const [url, secret, topics] = [urlOf(attributes["endpoint_url"]), secretOf(attributes["secret_key"]), topicsOf(many("webhook-topics"))];
    mustTopics(ctx, topics);
    const description = textOf(attributes["description"]);
    const made = { created: ctx.now, updated: ctx.now, enabled: true, name: textOf(attributes["name"]) ?? "" };
    return { id: ctx.ids.ulid(ctx.now), ...made, url, secret, topics, ...(description !== undefined && { description }) };
  },
  update(webhook, { attributes: { name, description, endpoint_url: url, secret_key: secret, enabled }, many }, ctx) {
    const { description: told, failingSince, ...before } = webhook;
    const given = description === undefined ? told : textOf(description);
    const topics = many("webhook-topics");
    if (topics) mustTopics(ctx, topicsOf(topics));
    const isEnabled = booleanOf(enabled) ?? webhook.enabled;
    return {
      ...before,
      name: textOf(name) ?? webhook.name,
      ...(given !== undefined && { description: given }),
      url: textOf(url) === undefined ? webhook.url : urlOf(url),
      secret: textOf(secret) === undefined ? webhook.secret : secretOf(secret),
      topics: topics ? topicsOf(topics) : webhook.topics,
      enabled: isEnabled,
      // One that is put back to work starts with a clean record.
      ...(failingSince !== undefined && webhook.enabled && { failingSince }),
      updated: ctx.now,
    };
  },
  remove(webhook, ctx) {
    const rows = ctx.rows(webhookDeliveries);
    for (const { id } of rows.where("webhook", webhook.id)) rows.remove(id);
  },
  tasks: { retry_webhook_delivery: ({ id }, ctx) => retryDelivery(ctx, textOf(id) ?? "") },
});

/** The vendor wants https. Plain http is let through to this machine, where a test's endpoint has no certificate. */
function urlOf(given: Json | undefined): string {
  const url = textOf(given) ?? "";
  const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: "" };
  if (protocol !== "https:" && !(protocol === "http:" && isLoopback(url)))
    refuse("invalid", "'endpoint_url' must be an https address.", { source: { pointer: "/data/attributes/endpoint_url" } });
  return url;
}

function secretOf(given: Json | undefined): string {
  const secret = textOf(given) ?? "";
  if (secret.length < MIN_SECRET)
    refuse("invalid", `'secret_key' must have at least ${MIN_SECRET} characters.`, { source: { pointer: "/data/attributes/secret_key" } });
  return secret;
}

function topicsOf(ids: readonly string[] = []): string[] {
  const source = { pointer: "/data/relationships/webhook-topics/data" };
  if (ids.length === 0) refuse("invalid", "A webhook needs at least one topic.", { source });
  return [...new Set(ids)];
}
