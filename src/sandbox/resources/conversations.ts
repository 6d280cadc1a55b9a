import { defineResource, toOne } from "../engine/declare.ts";
import { conversations, type ConversationRow } from "./conversation-rows.ts";

/** Conversations (behaviour.md §2.16): channel and person, nothing more. They begin outside of the API. */
export const conversationResource = defineResource<ConversationRow>({
  type: "conversation",
  path: "/api/profiles/{id}/conversations",
  collection: conversations,
  attributes: ({ channel }) => ({ channel }),
  relationships: { profile: toOne("profile", (conversation) => conversation.profile) },
});
