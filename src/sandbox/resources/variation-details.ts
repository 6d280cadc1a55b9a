import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, numberOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { blankContent } from "./campaign-content.ts";
import type { CampaignChannel } from "./campaign-life.ts";
import type { CampaignVariationRow, VariationContent } from "./campaign-rows.ts";
import { pushButtons } from "./push-buttons.ts";

const CHANNELS: Record<string, CampaignChannel> = { email: "email", sms: "sms", push: "mobile_push", whatsapp: "whatsapp" };

const EMAIL_TEXTS = ["from_label", "from_email", "reply_to_email", "cc_email", "bcc_email", "subject", "preview_text"];
const RENDERING = ["shorten_links", "add_org_prefix", "add_info_link", "add_opt_out_language"];

/** What the details of a channel hold beside what the stable model knows, with what they are until they are set (stated defaults). */
const MORE: Record<CampaignChannel, JsonObject> = {
  email: {},
  sms: {
    template_id: null,
    include_contact_card: null,
    mms_dynamic_image_template: null,
    text_message_type: "SMS",
    message_hierarchy: null,
  },
  mobile_push: {
    badge: false,
    badge_config: "increment-one",
    badge_value: "1",
    sound_file_name: "",
    sound: false,
    open_action: 0,
    ios_deep_link: null,
    android_deep_link: null,
    web_url: null,
    content_available: null,
    mutable_content: null,
    video_asset_id: null,
  },
  whatsapp: { template_id: null, shorten_links: true },
};

/** `details` of a variation; null as long as nobody said what it is. Texts that the stable model has as null are empty here. */
export function detailsOf(variation: CampaignVariationRow): JsonObject | null {
  const { channel, content, renderOptions = {}, push, template, image, more } = variation;
  if (channel === undefined) return null;
  const asset = image === undefined ? null : Number(image);
  const rest = { ...MORE[channel], ...more };
  const text = (name: string): string => textOf(content[name]) ?? "";
  switch (channel) {
    case "email":
      return { channel: "email", template_id: template ?? null, ...Object.fromEntries(EMAIL_TEXTS.map((name) => [name, text(name)])) };
    case "sms":
      return {
        channel: "sms",
        body: text("body"),
        cost: null,
        mms_static_image_asset_id: asset,
        ...pick(renderOptions, RENDERING),
        ...rest,
      };
    case "whatsapp":
      return { channel: "whatsapp", ...rest };
    case "mobile_push":
      return {
        channel: "push",
        title: text("title"),
        body: text("body"),
        static_asset_id: asset,
        dynamic_media_template: text("dynamic_image"),
        kv_pairs: push?.kvPairs ?? null,
        push_type: push?.silent ? "silent" : "standard",
        action_buttons: arrayOf(content["action_buttons"]).map((button) => pick(objectOf(button), BUTTON)),
        ...rest,
      };
  }
}

const BUTTON = ["label", "action_type", "url", "icon", "custom_action_id"];

/** The variation with these details on top: what they leave out stays, another channel begins anew, null takes all away. */
export function withDetails(before: CampaignVariationRow, json: Json | undefined, pointer: string, ctx: Context): CampaignVariationRow {
  if (json === undefined) return before;
  const { id, message, name, created, updated } = before;
  const bare = { id, message, created, updated, ...(name !== undefined && { name }) };
  if (!isJsonObject(json)) return { ...bare, content: {} };
  const channel = CHANNELS[textOf(json["channel"]) ?? ""] ?? before.channel ?? "email";
  const start = channel === before.channel ? before : { ...bare, ...blankContent(channel, false, ctx) };
  const more = { ...start.more, ...pick(json, Object.keys(MORE[channel])) };
  const after = { ...SAID[channel](start, json, pointer, ctx), ...(Object.keys(more).length > 0 && { more }) };
  return { ...bare, ...after };
}

type Said = (before: VariationContent, details: JsonObject, pointer: string, ctx: Context) => VariationContent;

const SAID: Record<CampaignChannel, Said> = {
  email(before, details, pointer, ctx) {
    const said = Object.entries(pick(details, EMAIL_TEXTS)).map(([name, value]) => [name, fromText(name, value)] as const);
    const after = { ...before, content: { ...before.content, ...Object.fromEntries(said) } };
    return withTemplate(after, details["template_id"], `${pointer}/template_id`, ctx);
  },
  sms(before, details, pointer, ctx) {
    if (numberOf(details["cost"]) !== undefined)
      refuse("invalid", "'cost' is worked out and cannot be set.", { source: { pointer: `${pointer}/cost` } });
    const { body } = details;
    const options = Object.entries(pick(details, RENDERING)).filter(([, value]) => value !== null);
    const after = {
      ...before,
      content: { ...before.content, ...(typeof body === "string" && { body }) },
      renderOptions: { ...before.renderOptions, ...Object.fromEntries(options) },
    };
    return withImage(after, details["mms_static_image_asset_id"], `${pointer}/mms_static_image_asset_id`, ctx);
  },
  mobile_push(before, details, pointer, ctx) {
    const { title, body, dynamic_media_template: media, action_buttons: buttons, push_type: kind, kv_pairs: pairs } = details;
    const content = {
      ...before.content,
      ...(typeof title === "string" && { title }),
      ...(typeof body === "string" && { body }),
      ...(typeof media === "string" && { dynamic_image: media === "" ? null : media }),
      ...(buttons !== undefined && { action_buttons: pushButtons(arrayOf(buttons), `${pointer}/action_buttons`) }),
    };
    const { silent = false, kvPairs = null, options = null } = before.push ?? {};
    const push = {
      silent: kind === undefined ? silent : kind === "silent",
      kvPairs: pairs === undefined ? kvPairs : isJsonObject(pairs) ? pairs : null,
      options,
    };
    return withImage({ ...before, content, push }, details["static_asset_id"], `${pointer}/static_asset_id`, ctx);
  },
  whatsapp: (before) => before,
};

/** A template is taken as it is, without the copy that assigning one makes in the stable API: its id is read back (assumed). */
function withTemplate({ template, ...before }: VariationContent, json: Json | undefined, pointer: string, ctx: Context): VariationContent {
  const id = json === undefined ? template : textOf(json);
  if (id === undefined) return before;
  if (id !== template && !ctx.find("template", id)) refuse("invalid", `There is no template with id ${id}.`, { source: { pointer } });
  return { ...before, template: id };
}

/** Ids of images are digits, and a number here (stated). */
function withImage({ image, ...before }: VariationContent, json: Json | undefined, pointer: string, ctx: Context): VariationContent {
  const id = json === undefined ? image : numberOf(json)?.toString();
  if (id === undefined) return before;
  if (!ctx.find("image", id)) refuse("invalid", `There is no image with id ${id}.`, { source: { pointer } });
  return { ...before, image: id };
}

/** Addresses that are empty here are none in the stable model. */
function fromText(name: string, value: Json): Json {
  return value === "" && name !== "subject" && name !== "preview_text" ? null : value;
}

function pick(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => names.includes(name)));
}
