import type { JsonObject } from "../../lib/json.ts";
import { defineResource } from "../engine/declare.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { flowMessageModel } from "./flow-messages.ts";
import type { FlowMessageRow } from "./flow-rows.ts";

/** Messages of flows as beta shows them, where translations lead to them: its own model, `content` in place of the definition. */
export const betaFlowMessageResource = defineResource({
  ...flowMessageModel,
  channel: "beta",
  attributes(message, ctx) {
    const { definition: _, ...shared } = flowMessageModel.attributes(message, ctx);
    return { name: textOf(message.content["name"]) ?? "", ...shared, content: contentOf(message) };
  },
});

function contentOf({ sender, content }: FlowMessageRow): JsonObject {
  const text = (name: string): string => textOf(content[name]) ?? "";
  if (sender === "send-email") {
    return {
      subject: text("subject_line"),
      preview_text: text("preview_text"),
      ...picked(content, ["from_email", "from_label"], ""),
      ...picked(content, ["reply_to_email", "cc_email", "bcc_email"], null),
    };
  }
  if (sender !== "send-mobile-push") return { body: text("body"), media_url: null };
  return {
    title: text("title"),
    body: text("body"),
    ...picked(content, ["sound", "badge"], false),
    media_url: null,
    ...picked(content, ["dynamic_image", "ios_link", "android_link", "web_url"], null),
    ...picked(content, ["on_open"], "home"),
    action_buttons: arrayOf(content["action_buttons"]).map(objectOf),
  };
}

/** These members, with `absent` for those that are not there or null. */
function picked(content: JsonObject, names: readonly string[], absent: JsonObject[string]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, content[name] ?? absent]));
}
