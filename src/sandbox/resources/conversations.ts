import { defineResource, toOne } from "../engine/declare.ts";
import { conversationMessages, conversations, type ConversationRow } from "./conversation-rows.ts";

/** Conversations (behaviour.md §2.16): channel and person, nothing more. They begin outside of the API. */
export const conversationResource = defineResource<ConversationRow>({
  type: "conversation",
  path: "/api/profiles/{id}/conversations",
  collection: conversations,
  collections: [conversationMessages],
  attributes: ({ channel }) => ({ channel }),
  relationships: { profile: toOne("profile", (conversation) => conversation.profile) },
  remove(conversation, ctx) {
    for (const { id } of ctx.rows(conversationMessages).where("conversation", conversation.id)) ctx.rows(conversationMessages).remove(id);
  },
});
