import { defineResource } from "../engine/declare.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { timeText } from "../engine/time.ts";
import { universalContents, type UniversalContentRow } from "./template-rows.ts";
import { dropTranslations, translations } from "./translation-rows.ts";

/** How long a screenshot takes (assumed). */
const SCREENSHOT_MS = 10_000;

/** Universal content (behaviour.md §2.12). The body's schema lets in only the block types that can be written. */
export const universalContentResource = defineResource<UniversalContentRow>({
  type: "template-universal-content",
  path: "/api/template-universal-content",
  collection: universalContents,
  collections: [translations],
  attributes(content, ctx) {
    const isReady = ctx.now >= content.updated + SCREENSHOT_MS;
    return {
      name: content.name,
      definition: content.definition,
      created: timeText(content.created, ctx),
      updated: timeText(content.updated, ctx),
      screenshot_status: isReady ? "completed" : "generating",
      screenshot_url: isReady ? `https://images.example/universal-content/${content.id}.png` : "",
    };
  },
  filters: {
    name: (content) => content.name,
    created: (content) => content.created,
    updated: (content) => content.updated,
    "definition.content_type": (content) => textOf(content.definition["content_type"]),
    "definition.type": (content) => textOf(content.definition["type"]),
  },
  sorts: { name: (content) => content.name, created: (content) => content.created, updated: (content) => content.updated },
  create: ({ attributes }, ctx) => ({
    id: ctx.ids.ulid(ctx.now),
    name: textOf(attributes["name"]) ?? "",
    definition: objectOf(attributes["definition"]),
    created: ctx.now,
    updated: ctx.now,
  }),
  update: (content, { attributes }, ctx) => ({
    ...content,
    name: textOf(attributes["name"]) ?? content.name,
    definition: attributes["definition"] ? objectOf(attributes["definition"]) : content.definition,
    updated: ctx.now,
  }),
  remove: (content, ctx) => dropTranslations(ctx, "template-universal-content", content.id),
});
