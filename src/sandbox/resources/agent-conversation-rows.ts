import type { JsonObject } from "../../lib/json.ts";
import { defineMachine } from "../engine/machine.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export type AgentConversationStatus = "open" | "routed-to-team" | "resolved-by-ai" | "closed";

export const AGENT_CHANNELS = ["web-chat", "sms", "email", "whatsapp"] as const;
export type AgentChannel = (typeof AGENT_CHANNELS)[number];

export interface AgentConversationRow extends Row {
  /** Previews are in no list and no report (documented). */
  mode: "preview" | "live";
  status: AgentConversationStatus;
  /** That of its first turn. */
  channel: AgentChannel;
  /** Who asks, once it is known. */
  profile?: string;
  /** How it was last handed to the team: after a hard handoff the agent is silent. */
  handoff?: "hard" | "soft";
  /** Turns so far. */
  turns: number;
  created: number;
  updated: number;
}

export const agentConversations = defineCollection<AgentConversationRow>("customer_agent_conversations", {
  indexes: { mode: (conversation) => conversation.mode, status: (conversation) => conversation.status },
});

export interface AgentMessageRow extends Row {
  conversation: string;
  role: "user" | "agent";
  content: string;
  /** Order of all messages; the id says the same as a text. */
  sequence: number;
  at: number;
}

export const agentMessages = defineCollection<AgentMessageRow>("customer_agent_messages", {
  indexes: { conversation: (message) => message.conversation },
});

/** One question with what the agent made of it. Reports count these, so they outlive the skill that they name. */
export interface AgentTurnRow extends Row {
  conversation: string;
  channel: AgentChannel;
  /** Name of the skill that took it. */
  skill?: string;
  /** Id of the knowledge that was quoted. */
  knowledge?: string;
  events: JsonObject[];
  at: number;
}

export const agentTurns = defineCollection<AgentTurnRow>("customer_agent_turns", {
  indexes: { conversation: (turn) => turn.conversation },
});

export const conversationLife = defineMachine<AgentConversationStatus, "write" | "hand off" | "resolve" | "close">("conversation", {
  open: { write: "open", "hand off": "routed-to-team", resolve: "resolved-by-ai", close: "closed" },
  "routed-to-team": { write: "routed-to-team", "hand off": "routed-to-team", close: "closed" },
  "resolved-by-ai": { write: "open", close: "closed" },
  closed: { close: "closed" },
});
