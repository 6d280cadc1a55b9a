import { hash } from "node:crypto";
import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { campaignVariations } from "./campaign-rows.ts";
import { flowMessages } from "./flow-rows.ts";
import { htmlTexts } from "./html-texts.ts";
import { blockOf, htmlOf, templates, universalContents } from "./template-rows.ts";
import type { TranslatedType, TranslationChannel, TranslationRow } from "./translation-rows.ts";
import { detailsOf } from "./variation-details.ts";

/** One text to translate. The id is made of the text, so that a text that was changed is a new one (assumed). */
export interface SourceText {
  id: string;
  text: string;
}

/** What is there to translate: its channel, undefined when it is none that has texts, and its texts by the part that they are of. */
interface Original {
  channel: TranslationChannel | undefined;
  texts: readonly (readonly [part: string, text: string | undefined])[];
}

/** How each type is read. */
const ORIGINALS: Record<TranslatedType, (id: string, ctx: Context) => Original | undefined> = {
  template(id, ctx) {
    const template = ctx.rows(templates).get(id);
    return template && { channel: "email", texts: templateTexts(id, ctx) };
  },
  "template-universal-content"(id, ctx) {
    const content = ctx.rows(universalContents).get(id);
    return content && { channel: "email", texts: htmlTexts(blockOf(content.definition)).map((text) => ["html", text]) };
  },
  "flow-message"(id, ctx) {
    const message = ctx.rows(flowMessages).get(id);
    return message && { channel: SENDERS[message.sender], texts: messageTexts(message.content, ctx) };
  },
  "campaign-variation"(id, ctx) {
    const variation = ctx.rows(campaignVariations).get(id);
    return variation && { channel: variation.channel, texts: messageTexts(objectOf(detailsOf(variation) ?? undefined), ctx) };
  },
};

const SENDERS: Record<string, TranslationChannel> = {
  "send-email": "email",
  "send-mobile-push": "mobile_push",
  "send-sms": "sms",
  "send-whatsapp": "whatsapp",
};

/** Undefined when it does not exist, or is sent by no channel that has texts. */
export function channelOfOriginal(type: TranslatedType, id: string, ctx: Context): TranslationChannel | undefined {
  return ORIGINALS[type](id, ctx)?.channel;
}

/** Every text that a translation is of, in the order of the content. */
export function sourceTexts({ type, related }: Pick<TranslationRow, "type" | "related">, ctx: Context): SourceText[] {
  const texts = new Map<string, SourceText>();
  for (const [part, text = ""] of ORIGINALS[type](related, ctx)?.texts ?? []) {
    const id = `${part}:${hash("md5", text).slice(0, 12)}`;
    if (text.trim() !== "") texts.set(id, { id, text });
  }
  return [...texts.values()];
}

function templateTexts(id: string, ctx: Context): Original["texts"] {
  const template = ctx.rows(templates).get(id);
  if (!template) return [];
  const plain = (template.text ?? "").split(/\n\s*\n/).map((paragraph) => paragraph.trim());
  return [...htmlTexts(htmlOf(template, ctx)).map((text) => ["html", text] as const), ...plain.map((text) => ["text", text] as const)];
}

/** Flow messages say `subject_line` where variations say `subject`; the rest is named alike. An email has the texts of its template too. */
function messageTexts(content: JsonObject, ctx: Context): Original["texts"] {
  const named = (name: string): string | undefined => textOf(content[name]);
  const buttons = arrayOf(content["action_buttons"]).map((button) => ["action_button", textOf(objectOf(button)["label"])] as const);
  return [
    ["subject", named("subject_line") ?? named("subject")],
    ["preview_text", named("preview_text")],
    ["title", named("title")],
    ["body", named("body")],
    ...buttons,
    ...templateTexts(named("template_id") ?? "", ctx),
  ];
}
