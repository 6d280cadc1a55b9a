import { defineAction } from "../engine/declare.ts";
import { arrayOf, objectOf, parseInput, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { conversationMessages, conversations } from "../resources/conversation-rows.ts";
import { recordEvent } from "../resources/event-log.ts";

/** Sends one message to the person of a conversation; the account counts as enabled. A text is received at once (assumed). */
export const createConversationMessage = defineAction("create_conversation_message", (request, ctx) => {
  const { attributes, one } = parseInput(request.body);
  const id =
    one("conversation") ?? refuse("invalid", "A conversation is required.", { source: { pointer: "/data/relationships/conversation" } });
  const conversation = ctx.rows(conversations).get(ctx.must("conversation", id).id);
  const body = textOf(attributes["body"]) ?? "";
  const hierarchy = attributes["message_hierarchy"] === undefined ? undefined : arrayOf(attributes["message_hierarchy"]).map(objectOf);
  const isPair = hierarchy?.map((item) => item["message_format"]).join() === "RCS,SMS";
  if (hierarchy && !isPair) wrong("message_hierarchy", "'message_hierarchy' must be an RCS message followed by its SMS fallback.");
  if (body === "" && !hierarchy) wrong("body", "'body' must not be empty.");
  const message = ctx
    .rows(conversationMessages)
    .put({ id: ctx.ids.ulid(ctx.now), conversation: id, body, at: ctx.now, ...(hierarchy && { hierarchy }) });
  if (conversation?.channel === "sms") {
    recordEvent(ctx, {
      metric: "Received Text Message",
      profileId: conversation.profile,
      properties: { "Message Body": body },
      uniqueId: message.id,
    });
  }
  return ctx.reply.empty(request);
});

function wrong(field: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/${field}` } });
}
