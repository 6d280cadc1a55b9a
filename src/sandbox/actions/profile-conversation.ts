import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import type { ApiRequest } from "../engine/request.ts";
import { conversations, type ConversationRow } from "../resources/conversation-rows.ts";

/** The one conversation that the older, singular reads know: the first of a person. */
export const getConversationForProfile = defineAction("get_conversation_for_profile", (request, ctx) => {
  const first = firstOf(request, ctx);
  if (first) return ctx.reply.item(request, "conversation", first);
  return { status: 200, body: { data: null, links: { self: request.self } } };
});

export const getConversationIdForProfile = defineAction("get_conversation_id_for_profile", (request, ctx) => {
  const first = firstOf(request, ctx);
  return { status: 200, body: { data: first ? { type: "conversation", id: first.id } : null, links: { self: request.self } } };
});

function firstOf({ params }: ApiRequest, ctx: Context): ConversationRow | undefined {
  const { id } = ctx.must("profile", params["id"] ?? "");
  return ctx
    .rows(conversations)
    .where("profile", id)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))[0];
}
