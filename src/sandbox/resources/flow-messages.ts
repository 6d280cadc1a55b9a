import type { JsonObject } from "../../lib/json.ts";
import { defineResource, toOne, type Resource } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { timeText } from "../engine/time.ts";
import { flowMessages, type FlowMessageRow } from "./flow-rows.ts";
import { templates } from "./template-rows.ts";
import { translations } from "./translation-rows.ts";

/** `channel` of a message by what sends it (assumed but for the first three, which campaigns have). */
const CHANNELS: Record<string, string> = {
  "send-email": "email",
  "send-sms": "sms",
  "send-mobile-push": "mobile_push",
  "send-whatsapp": "whatsapp",
  "send-webhook": "webhook",
  "send-internal-alert": "internal_alert",
};

/** What both channels know of a message. */
export const flowMessageModel: Resource<FlowMessageRow> = {
  type: "flow-message",
  path: "/api/flow-messages",
  collection: flowMessages,
  collections: [translations],
  attributes: (message, ctx): JsonObject => ({
    channel: CHANNELS[message.sender] ?? null,
    created: timeText(message.created, ctx),
    updated: timeText(message.updated, ctx),
    definition: message.content,
  }),
  filters: {
    name: ({ content }) => textOf(content["name"]),
    created: (message) => message.created,
    updated: (message) => message.updated,
  },
  sorts: {
    name: ({ content }) => textOf(content["name"]) ?? null,
    created: (message) => message.created,
    updated: (message) => message.updated,
  },
  relationships: {
    "flow-action": toOne("flow-action", (message) => message.action),
    template: toOne(
      "template",
      ({ content }, ctx) => {
        const id = textOf(content["template_id"]);
        return id !== undefined && ctx.rows(templates).has(id) ? id : undefined;
      },
      { data: "when set" },
    ),
  },
};

/** Messages of flow actions: made, changed and deleted with their action. */
export const flowMessageResource = defineResource(flowMessageModel);
