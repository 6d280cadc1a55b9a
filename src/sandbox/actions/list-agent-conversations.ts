import { defineAction } from "../engine/declare.ts";

/** Previews are no conversations of the account (documented). */
export const listAgentConversations = defineAction("list_customer_agent_conversations_beta", (request, ctx) =>
  ctx.reply.collection(request, "customer-agent-conversation", { index: "mode", key: "live" }),
);
