import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { sha256, shownText } from "./card-leaf.ts";
import { attributesOf, resourcesOf, textIn, type CardReads } from "./card-reads.ts";
import { htmlToText } from "./html-text.ts";

/** A message or page as people will see it, as plain text. */
export interface Content {
  what: string;
  subject?: string;
  preview?: string;
  from?: string;
  text: string;
  /** Set where `text` is only the beginning. */
  folded?: { characters: number; sha256: string };
  /** How it came about: rendered by Klaviyo without anybody's data, as it is stored, or as the call gives it. */
  basis: "rendered" | "stored" | "given";
}

/** Content with the digest of all that it is made of, for comparing later. */
export interface ReadContent {
  id: string;
  shown: Content;
  digest: string;
}

const MAX_TEXT_CHARACTERS = 1500;
/** Each costs the account two requests. */
const MAX_TEMPLATES = 4;

/** The messages of a campaign as they will go out: subject, sender and body, read where Klaviyo keeps them. */
export async function campaignContent(reads: CardReads, campaign: JsonObject): Promise<ReadContent[]> {
  const included = Array.isArray(campaign["included"]) ? campaign["included"] : [];
  const messages = included.filter((one): one is JsonObject => isJsonObject(one) && one["type"] === "campaign-message");
  return Promise.all(messages.slice(0, MAX_TEMPLATES).map((message) => messageContent(reads, message)));
}

/** One campaign message, as its resource says. */
export async function messageContent(reads: CardReads, message: JsonObject): Promise<ReadContent> {
  const id = typeof message["id"] === "string" ? message["id"] : "";
  const definition = attributesOf(message)["definition"] ?? null;
  const content = isJsonObject(definition) && isJsonObject(definition["content"]) ? definition["content"] : {};
  const channel = isJsonObject(definition) ? (textIn(definition, "channel") ?? "message") : "message";
  const [template] = resourcesOf(await reads.body("get_template_for_campaign_message", { id }));
  const read = template && (await templateContent(reads, template));
  const head = headOf(content);
  const body = textIn(content, "body", "html") ?? "";
  const shown: Content = read
    ? { ...read.shown, ...head, what: `${channel} ${id}` }
    : { what: `${channel} ${id}`, ...head, ...textOf(body), basis: "stored" };
  return { id, shown, digest: sha256(JSON.stringify([definition, read?.digest ?? null])) };
}

/** Templates by their ids, as Klaviyo renders them. */
export async function templatesContent(reads: CardReads, ids: string[]): Promise<ReadContent[]> {
  const read = await Promise.all(
    ids.slice(0, MAX_TEMPLATES).map(async (id) => {
      const [template] = resourcesOf(await reads.body("get_template", { id }));
      return template ? [await templateContent(reads, template)] : [];
    }),
  );
  return read.flat();
}

async function templateContent(reads: CardReads, template: JsonObject): Promise<ReadContent> {
  const id = typeof template["id"] === "string" ? template["id"] : "";
  const { html, text, name } = attributesOf(template);
  // Rendered without a person's data: whatever stands for it shows as empty, or as its default.
  const [rendered] = resourcesOf(await reads.body("render_template", { id, context: {} }));
  const page = attributesOf(rendered)["html"];
  const isRendered = typeof page === "string" && page !== "";
  const source = isRendered ? page : typeof html === "string" ? html : "";
  const plain = source === "" && typeof text === "string" ? text : htmlToText(source);
  const what = `template ${typeof name === "string" ? `"${shownText(name, 80)}" ` : ""}(${id})`;
  return {
    id,
    shown: { what, ...textOf(plain), basis: isRendered ? "rendered" : "stored" },
    digest: sha256(JSON.stringify([html ?? null, text ?? null, attributesOf(template)["definition"] ?? null])),
  };
}

/** Pages and texts that the call itself brings along, by the path under which it does. */
export function givenContent(args: Json): Content[] {
  const found: Content[] = [];
  const walk = (value: Json, path: string): void => {
    if (Array.isArray(value)) return value.forEach((item, at) => walk(item, `${path}[${at}]`));
    if (!isJsonObject(value)) return;
    for (const [name, inner] of Object.entries(value)) {
      const at = path === "" ? name : `${path}.${name}`;
      const isPage = typeof inner === "string" && (name === "html" || /<(html|body|table|div|p)\b/i.test(inner));
      if (isPage && found.length < MAX_TEMPLATES)
        found.push({ what: shownText(at, 80), ...headOf(value), ...textOf(htmlToText(inner)), basis: "given" });
      else walk(inner, at);
    }
  };
  walk(args, "");
  return found;
}

function headOf(content: JsonObject): Pick<Content, "subject" | "preview" | "from"> {
  const subject = textIn(content, "subject", "subject_line", "title");
  const preview = textIn(content, "preview_text");
  const from = [textIn(content, "from_label"), textIn(content, "from_email")].filter((one) => one !== null).join(", ");
  return {
    ...(subject !== null && { subject: shownText(subject) }),
    ...(preview !== null && { preview: shownText(preview) }),
    ...(from !== "" && { from: shownText(from) }),
  };
}

function textOf(text: string): Pick<Content, "text" | "folded"> {
  // Line breaks are the layout of a message; everything else that steers a terminal is shown as its code point.
  const whole = text
    .split("\n")
    .map((line) => shownText(line, Number.MAX_SAFE_INTEGER))
    .join("\n");
  if (whole.length <= MAX_TEXT_CHARACTERS) return { text: whole };
  return { text: `${whole.slice(0, MAX_TEXT_CHARACTERS)}…`, folded: { characters: whole.length, sha256: sha256(text) } };
}
