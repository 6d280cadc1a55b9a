import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export type EditorType = "CODE" | "USER_DRAGGABLE" | "SYSTEM_DRAGGABLE";

export interface TemplateRow extends Row {
  name: string;
  editor: EditorType;
  /** Of a SYSTEM_DRAGGABLE template the HTML is made from its definition. */
  html?: string;
  definition?: JsonObject;
  text?: string;
  amp?: string;
  /** A message's own copy, which is not in the library: it is read by its id alone. */
  hidden?: true;
  created: number;
  updated: number;
}

export const templates = defineCollection<TemplateRow>("templates", {
  indexes: { name: (template) => template.name, library: (template) => String(!template.hidden) },
});

/** The templates that are listed and counted. */
export const LIBRARY = { index: "library", key: "true" } as const;

export interface UniversalContentRow extends Row {
  name: string;
  definition: JsonObject;
  created: number;
  updated: number;
}

export const universalContents = defineCollection<UniversalContentRow>("universal_contents", {
  indexes: { name: (content) => content.name },
});

/** Documented: creating and cloning fail above it. */
const MAX_TEMPLATES = 1000;

export function refuseTooMany(ctx: Context): void {
  if (ctx.rows(templates).count(LIBRARY.index, LIBRARY.key) >= MAX_TEMPLATES)
    refuse("invalid", `An account has at most ${MAX_TEMPLATES} templates made through the API.`);
}

/** A copy under a new id, as cloning makes it: later changes of the one do not reach the other. */
export function copyTemplate(ctx: Context, template: TemplateRow, name = `Clone of ${template.id}`): TemplateRow {
  const { hidden: _, ...shown } = template;
  return ctx.rows(templates).put(copied(ctx, shown, name));
}

/** The copy that a message gets: no other message can use it, so the library does not show it (documented). */
export function copyForMessage(ctx: Context, template: TemplateRow): TemplateRow {
  return ctx.rows(templates).put({ ...copied(ctx, template, `Clone of ${template.id}`), hidden: true });
}

function copied(ctx: Context, template: TemplateRow, name: string): TemplateRow {
  return { ...template, id: ctx.ids.short(), name, created: ctx.now, updated: ctx.now };
}

export function htmlOf(template: TemplateRow, ctx: Context): string {
  return template.html ?? pageOf(template.definition ?? {}, ctx);
}

/** Observed: the service puts an empty head where there is none. */
export function withHead(html: string): string {
  return /<head[\s>]/i.test(html) ? html : html.replace(/<html(\s[^>]*)?>/i, (tag) => `${tag}<head></head>`);
}

/** The blocks of a definition one under the other: what a reader finds in them, without the vendor's layout. */
function pageOf(definition: JsonObject, ctx: Context): string {
  const sections = arrayOf(objectOf(definition["body"])["sections"]);
  return `<html><head></head><body>${sections.map((section) => partOf(section, ctx)).join("")}</body></html>`;
}

function partOf(json: Json, ctx: Context): string {
  const part = objectOf(json);
  // Universal content is looked up each time: an edit of it reaches every template that has it (documented).
  const universal = ctx.rows(universalContents).get(textOf(part["universal_id"]) ?? "");
  const inner = [...arrayOf(part["rows"]), ...arrayOf(part["columns"]), ...arrayOf(part["blocks"])];
  return blockOf(universal?.definition ?? part) + inner.map((each) => partOf(each, ctx)).join("");
}

/** What one block shows. */
export function blockOf({ type, data: json }: JsonObject): string {
  const data = objectOf(json);
  const properties = objectOf(data["properties"]);
  const content = textOf(data["content"]) ?? "";
  switch (type) {
    case "text":
      return `<div>${content}</div>`;
    case "html":
      return content;
    case "button":
      return `<a href="${textOf(properties["href"]) ?? ""}">${content}</a>`;
    case "image":
      return `<img src="${textOf(properties["src"]) ?? ""}" alt="${textOf(properties["alt_text"]) ?? ""}">`;
    case "horizontal_rule":
      return "<hr>";
    default:
      return "";
  }
}
