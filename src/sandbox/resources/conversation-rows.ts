import { defineCollection, type Row } from "../state/collection.ts";

/** A thread of messages with one person on one channel. */
export interface ConversationRow extends Row {
  channel: "instagram" | "sms" | "whatsapp";
  profile: string;
}

export const conversations = defineCollection<ConversationRow>("conversations", {
  indexes: { profile: (conversation) => conversation.profile },
});
