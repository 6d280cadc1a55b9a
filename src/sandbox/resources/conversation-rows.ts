import type { JsonObject } from "../../lib/json.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export const CONVERSATION_CHANNELS = ["instagram", "sms", "whatsapp"] as const;

/** A thread of messages with one person on one channel. */
export interface ConversationRow extends Row {
  channel: (typeof CONVERSATION_CHANNELS)[number];
  profile: string;
}

export const conversations = defineCollection<ConversationRow>("conversations", {
  indexes: { profile: (conversation) => conversation.profile },
});

/** What the account wrote to a person. Nothing reads it back. */
export interface ConversationMessageRow extends Row {
  conversation: string;
  body: string;
  /** RCS and its SMS fallback, as in the API. */
  hierarchy?: JsonObject[];
  /** ms. */
  at: number;
}

export const conversationMessages = defineCollection<ConversationMessageRow>("conversation_messages", {
  indexes: { conversation: (message) => message.conversation },
});
