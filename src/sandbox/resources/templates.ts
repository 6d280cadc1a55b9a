import type { Json, JsonObject } from "../../lib/json.ts";
import { defineResource } from "../engine/declare.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { htmlOf, refuseTooMany, templates, withHead, type EditorType, type TemplateRow } from "./template-rows.ts";
import { dropTranslations, translations } from "./translation-rows.ts";

/** Templates (behaviour.md §2.12): names need not be unique (assumed). */
export const templateResource = defineResource<TemplateRow>({
  type: "template",
  path: "/api/templates",
  collection: templates,
  collections: [translations],
  attributes: (template, ctx) => ({
    name: template.name,
    editor_type: template.editor,
    html: htmlOf(template, ctx),
    text: template.text ?? null,
    amp: template.amp ?? null,
    created: timeText(template.created, ctx),
    updated: timeText(template.updated, ctx),
  }),
  additional: { definition: (template) => template.definition ?? null },
  filters: { name: (template) => template.name, created: (template) => template.created, updated: (template) => template.updated },
  sorts: { name: (template) => template.name, created: (template) => template.created, updated: (template) => template.updated },
  create({ attributes }, ctx) {
    refuseTooMany(ctx);
    const editor = editorOf(textOf(attributes["editor_type"]));
    if (editor !== "SYSTEM_DRAGGABLE" && textOf(attributes["html"]) === undefined)
      wrong("html", `'html' is required for a template with the editor type ${editor}.`);
    if (editor === "SYSTEM_DRAGGABLE" && !attributes["definition"])
      wrong("definition", "'definition' is required for a template with the editor type SYSTEM_DRAGGABLE.");
    const made = { id: ctx.ids.short(), name: textOf(attributes["name"]) ?? "", editor, created: ctx.now, updated: ctx.now };
    // Documented: ignored for the other editors when a template is made, refused when it is changed.
    const { definition, ...others } = attributes;
    return withContent(made, editor === "SYSTEM_DRAGGABLE" && definition ? attributes : others);
  },
  update: (template, { attributes }, ctx) =>
    withContent({ ...template, name: textOf(attributes["name"]) ?? template.name, updated: ctx.now }, attributes),
  remove: (template, ctx) => dropTranslations(ctx, "template", template.id),
});

function editorOf(text: string | undefined): EditorType {
  if (text === "CODE" || text === "USER_DRAGGABLE" || text === "SYSTEM_DRAGGABLE") return text;
  return wrong("editor_type", "'editor_type' must be one of CODE, USER_DRAGGABLE, SYSTEM_DRAGGABLE.");
}

function withContent(template: TemplateRow, attributes: JsonObject): TemplateRow {
  const { html, text, amp, definition } = attributes;
  const isSystem = template.editor === "SYSTEM_DRAGGABLE";
  if (isSystem && typeof html === "string") wrong("html", "'html' cannot be set for a template with the editor type SYSTEM_DRAGGABLE.");
  if (isSystem && typeof amp === "string") wrong("amp", "'amp' cannot be set for a template with the editor type SYSTEM_DRAGGABLE.");
  if (!isSystem && definition) wrong("definition", "'definition' is only for templates with the editor type SYSTEM_DRAGGABLE.");
  if (definition) checkStyles(objectOf(definition)["styles"]);
  return cleared({
    ...template,
    ...(typeof html === "string" && { html: withHead(html) }),
    ...(definition && { definition: objectOf(definition) }),
    ...(text !== undefined && { text: textOf(text) }),
    ...(amp !== undefined && { amp: textOf(amp) }),
  });
}

/** Null clears a text; rows keep only what is set. */
function cleared({
  text,
  amp,
  ...rest
}: Omit<TemplateRow, "text" | "amp"> & { text?: string | undefined; amp?: string | undefined }): TemplateRow {
  return { ...rest, ...(text !== undefined && { text }), ...(amp !== undefined && { amp }) };
}

const STYLE_TYPES = [
  "base-styles",
  "text-styles",
  "heading-1-styles",
  "heading-2-styles",
  "heading-3-styles",
  "heading-4-styles",
  "link-styles",
  "mobile-styles",
];

/** Documented: one of each type. */
function checkStyles(styles: Json | undefined): void {
  const given = arrayOf(styles).map((style) => textOf(objectOf(style)["style_type"]) ?? "");
  const missing = STYLE_TYPES.filter((type) => !given.includes(type));
  if (missing.length > 0) wrong("definition/styles", `The definition needs one of each style type; missing: ${missing.join(", ")}.`);
  if (given.length > STYLE_TYPES.length) wrong("definition/styles", "The definition has a style type twice.");
}

function wrong(field: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/${field}` } });
}
