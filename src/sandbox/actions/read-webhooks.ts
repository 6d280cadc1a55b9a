import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import { objectOf, textOf } from "../engine/input.ts";
import type { ApiRequest, Reply } from "../engine/request.ts";
import { webhooks } from "../resources/webhook-rows.ts";
import { topicObject } from "../resources/webhook-topics.ts";

export const getWebhooks = defineAction("get_webhooks", (request, ctx) =>
  withTopics(request, ctx.reply.collection(request, "webhook"), ctx),
);

export const getWebhook = defineAction("get_webhook", (request, ctx) =>
  withTopics(request, ctx.reply.item(request, "webhook", ctx.must("webhook", request.params["id"] ?? "")), ctx),
);

/** There are no rows of topics, so that the engine cannot include them. */
function withTopics({ query }: ApiRequest, reply: Reply, ctx: Context): Reply {
  if (!query.include.includes("webhook-topics") || !reply.body) return reply;
  const included = new Set<string>();
  for (const webhook of [reply.body["data"] ?? []].flat().map(objectOf)) {
    const topics = ctx.rows(webhooks).get(textOf(webhook["id"]) ?? "")?.topics ?? [];
    objectOf(objectOf(webhook["relationships"])["webhook-topics"])["data"] = topics.map((id) => ({ type: "webhook-topic", id }));
    for (const id of topics) included.add(id);
  }
  reply.body["included"] = [...included].map((id) => topicObject(id, ctx));
  return reply;
}
