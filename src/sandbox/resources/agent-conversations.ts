import { defineResource, toManyByIndex } from "../engine/declare.ts";
import { numberOf, textOf } from "../engine/input.ts";
import { timeText } from "../engine/time.ts";
import {
  agentConversations,
  agentMessages,
  agentTurns,
  conversationLife,
  type AgentConversationRow,
  type AgentMessageRow,
} from "./agent-conversation-rows.ts";

/** Conversations of the customer agent (behaviour.md §2.20). Turns begin them; a PATCH can only close them. */
export const agentConversationResource = defineResource<AgentConversationRow>({
  type: "customer-agent-conversation",
  path: "/api/customer-agent-conversations",
  collection: agentConversations,
  collections: [agentTurns],
  attributes: (conversation, ctx) => ({
    status: conversation.status,
    created_at: timeText(conversation.created, ctx),
    updated_at: timeText(conversation.updated, ctx),
  }),
  filters: { created_at: (conversation) => conversation.created, status: (conversation) => conversation.status },
  sorts: { created_at: (conversation) => conversation.created },
  defaultSort: "-created_at",
  relationships: {
    "customer-agent-messages": { ...toManyByIndex("customer-agent-message", "conversation", { data: true }), idLinks: true },
  },
  update(conversation, { attributes }, ctx) {
    if (attributes["status"] !== "closed" || conversation.status === "closed") return conversation;
    return { ...conversation, status: conversationLife.next(conversation.status, "close"), updated: ctx.now };
  },
  tasks: {
    // Whoever wrote again, or had somebody of the team step in, has not been helped by then.
    resolve_agent_conversation({ id, turns }, ctx) {
      const conversation = ctx.rows(agentConversations).get(textOf(id) ?? "");
      if (!conversation || conversation.turns !== numberOf(turns) || !conversationLife.can(conversation.status, "resolve")) return;
      const status = conversationLife.next(conversation.status, "resolve");
      ctx.rows(agentConversations).put({ ...conversation, status, updated: ctx.now });
    },
  },
});

export const agentMessageResource = defineResource<AgentMessageRow>({
  type: "customer-agent-message",
  path: "/api/customer-agent-conversations/{id}/customer-agent-messages",
  collection: agentMessages,
  attributes: (message, ctx) => ({
    role: message.role,
    content: message.content,
    created_at: timeText(message.at, ctx),
    updated_at: timeText(message.at, ctx),
  }),
  sorts: { sequence: (message) => message.sequence },
  defaultSort: "sequence",
});
