import { defineAction } from "../engine/declare.ts";
import { mustTopics, topicIds, topicObject } from "../resources/webhook-topics.ts";

// Topics follow from the metrics of the account, so there are no rows of them.

export const getWebhookTopics = defineAction("get_webhook_topics", (request, ctx) => ({
  status: 200,
  body: { data: topicIds(ctx).map((id) => topicObject(id, ctx)), links: { self: request.self, next: null, prev: null } },
}));

export const getWebhookTopic = defineAction("get_webhook_topic", (request, ctx) => {
  const id = request.params["id"] ?? "";
  mustTopics(ctx, [id]);
  return { status: 200, body: { data: topicObject(id, ctx), links: { self: request.self } } };
});
