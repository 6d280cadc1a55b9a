import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { accounts } from "./accounts.ts";
import { pushButtons } from "./push-buttons.ts";
import type { CampaignChannel } from "./campaign-life.ts";
import { templates } from "./template-rows.ts";
import type { VariationContent } from "./campaign-rows.ts";

/** The channel that a message of the stable model says it has. */
export function statedChannel(definition: JsonObject): CampaignChannel {
  const { channel } = definition;
  return channel === "sms" || channel === "mobile_push" ? channel : "email";
}

/** What a new message holds before anything is said of it: the sender is the account's (observed). */
export function blankContent(channel: CampaignChannel, silent: boolean, ctx: Context): VariationContent {
  if (channel === "whatsapp") return { channel, content: {} };
  if (channel === "sms") {
    const renderOptions = { shorten_links: true, add_org_prefix: true, add_info_link: true, add_opt_out_language: false };
    return { channel, content: { body: "", media_url: null }, renderOptions };
  }
  if (channel === "mobile_push") {
    return {
      channel,
      content: silent ? {} : { title: null, body: null, dynamic_image: null, action_buttons: [] },
      push: { silent, kvPairs: null, options: null },
    };
  }
  const account = ctx.rows(accounts).get(ctx.accountId);
  const sender = { from_email: account?.senderEmail ?? null, from_label: account?.senderName ?? null };
  return { channel, content: { subject: "", preview_text: "", ...sender, reply_to_email: null, cc_email: null, bcc_email: null } };
}

/** The content with what a definition, which stands at `pointer`, says on top. What it leaves out stays; what it sets to null is cleared. */
export function withDefinition<Content extends VariationContent>(
  before: Content,
  definition: JsonObject,
  pointer = "/data/attributes/definition",
): Content {
  const content = { ...before.content, ...objectOf(definition["content"]) };
  const buttons = content["action_buttons"];
  if (Array.isArray(buttons)) content["action_buttons"] = pushButtons(buttons, `${pointer}/content/action_buttons`);
  const options = Object.fromEntries(Object.entries(objectOf(definition["render_options"])).filter(([, value]) => value !== null));
  return {
    ...before,
    content,
    ...(before.renderOptions && { renderOptions: { ...before.renderOptions, ...options } }),
    ...(before.push && { push: withPush(before.push, definition) }),
  };
}

function withPush(
  before: NonNullable<VariationContent["push"]>,
  { kv_pairs: pairs, options, notification_type: kind }: JsonObject,
): NonNullable<VariationContent["push"]> {
  return {
    silent: kind === undefined ? before.silent : kind === "silent",
    kvPairs: pairs === undefined ? before.kvPairs : orNull(pairs),
    options: options === undefined ? before.options : orNull(options),
  };
}

function orNull(json: Json): JsonObject | null {
  return json === null ? null : objectOf(json);
}

/** `definition` of a message; null where the stable model has no such message. */
export function definitionOf({ channel, content, renderOptions, push }: VariationContent, label: string): JsonObject | null {
  if (channel === undefined || channel === "whatsapp") return null;
  if (channel === "sms") return { channel, content, render_options: renderOptions ?? null };
  if (!push) return { channel, label, content };
  const { silent, kvPairs, options } = push;
  return silent
    ? { channel, notification_type: "silent", kv_pairs: kvPairs }
    : { channel, notification_type: "standard", content, kv_pairs: kvPairs, options };
}

/** The variation's own template, as long as nobody deletes it. */
export function templateIdOf({ template }: VariationContent, ctx: Context): string | undefined {
  return template !== undefined && ctx.rows(templates).has(template) ? template : undefined;
}

/** What a message lacks before it can be sent; the texts are the emulator's own (behaviour.md §5, open points). */
export function missingOf(variation: VariationContent, ctx: Context): string[] {
  const { channel, content, push, more = {} } = variation;
  const has = (name: string): boolean => (textOf(content[name]) ?? "").trim() !== "";
  if (channel === undefined) return ["The message has no content."];
  if (channel === "whatsapp") return textOf(more["template_id"]) ? [] : ["The message has no template."];
  if (channel === "sms") return has("body") ? [] : ["The message has no body."];
  if (push) return push.silent || has("body") ? [] : ["The message has no body."];
  return [
    ...(has("subject") ? [] : ["The message has no subject."]),
    ...(has("from_email") ? [] : ["The message has no from email."]),
    ...(has("from_label") ? [] : ["The message has no from label."]),
    ...(templateIdOf(variation, ctx) === undefined ? ["The message has no template."] : []),
  ];
}
