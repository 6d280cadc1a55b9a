import type { Json } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineAction } from "../engine/declare.ts";
import { arrayOf, objectOf, parseInput, textOf, type Input } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { recordTurn, type Said } from "../customer-agent/record.ts";
import { runTurn } from "../customer-agent/turn.ts";
import { wrong } from "../metrics/aggregate-filters.ts";
import {
  AGENT_CHANNELS,
  agentConversations,
  conversationLife,
  type AgentChannel,
  type AgentConversationRow,
} from "../resources/agent-conversation-rows.ts";
import { profiles } from "../resources/profile-rows.ts";

/** Runs one turn (behaviour.md §2.20) and answers with its events. Of a conversation that goes on only the last message is new. */
export const createCustomerAgentResponse = defineAction("create_customer_agent_response_beta", (request, ctx) => {
  const input = parseInput(request.body);
  const messages = messagesOf(input.attributes["messages"]);
  const question = messages.at(-1);
  if (question?.role !== "user") wrong("messages", "The last message must be one of the user's.");
  if (question.content.trim() === "") wrong("messages", "The last message must not be empty.");
  const channel = AGENT_CHANNELS.find((each) => each === input.attributes["channel"]) ?? "web-chat";
  const known = input.one("conversation");
  const before = known === undefined ? begun(input, channel, ctx) : continued(known, input, ctx);
  const { profile: told, ...rest } = before;
  const profile = personOf(input.attributes["customer"], ctx) ?? ctx.rows(profiles).get(told ?? "")?.id;
  const conversation = { ...rest, ...(profile !== undefined && { profile }) };
  const turn = runTurn(ctx, conversation, channel, question.content);
  recordTurn(ctx, conversation, channel, known === undefined ? messages : [question], turn);
  const { id } = conversation;
  const self = `${ctx.origin}${request.operation.path}/${id}`;
  const attributes = { conversation_id: id, events: turn.events };
  const asked = request.query.fields.get("customer-agent-response");
  return {
    status: 201,
    body: {
      data: {
        type: "customer-agent-response",
        id,
        attributes: asked ? Object.fromEntries(Object.entries(attributes).filter(([name]) => asked.includes(name))) : attributes,
        relationships: {
          conversation: {
            data: { type: "customer-agent-conversation", id },
            links: { self: `${self}/relationships/conversation/`, related: `${self}/conversation/` },
          },
        },
        links: { self: `${self}/` },
      },
      links: { self: request.self },
    },
  };
});

function messagesOf(given: Json | undefined): Said[] {
  return arrayOf(given).map((each) => {
    const { role, content } = objectOf(each);
    return { role: role === "agent" ? "agent" : "user", content: textOf(content) ?? "" };
  });
}

function begun({ attributes }: Input, channel: AgentChannel, ctx: Context): AgentConversationRow {
  const mode = attributes["mode"] === "live" ? "live" : "preview";
  return { id: ctx.ids.uuid(), mode, status: "open", channel, turns: 0, created: ctx.now, updated: ctx.now };
}

function continued(id: string, { attributes }: Input, ctx: Context): AgentConversationRow {
  const conversation =
    ctx.rows(agentConversations).get(id) ??
    refuse("not_found", `A customer-agent-conversation with id ${id} does not exist.`, {
      source: { pointer: "/data/relationships/conversation/data/id" },
    });
  if (conversation.mode !== attributes["mode"]) wrong("mode", `The conversation is in mode '${conversation.mode}'.`);
  // Refuses one that is closed.
  conversationLife.next(conversation.status, "write");
  return conversation;
}

/** Id of the profile that the customer is, if the account knows them. Nobody is added to it (assumed). */
function personOf(given: Json | undefined, ctx: Context): string | undefined {
  const { profile_id: id, email, phone_number: phone } = objectOf(given);
  const rows = ctx.rows(profiles);
  const named = textOf(id);
  if (named !== undefined) {
    if (!rows.has(named)) wrong("customer/profile_id", `A profile with id ${named} does not exist.`);
    return named;
  }
  const found = rows.find("email", (textOf(email) ?? "").trim().toLowerCase()) ?? rows.find("phone_number", textOf(phone) ?? "");
  return found?.id;
}
