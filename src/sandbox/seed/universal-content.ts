import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { universalContents } from "../resources/template-rows.ts";
import { DAY_MS } from "./calendar.ts";

const text = (content: string): JsonObject => ({ content_type: "block", type: "text", data: { content, styles: {}, display_options: {} } });
const button = (content: string, href: string): JsonObject => ({
  content_type: "block",
  type: "button",
  data: { content, properties: { href }, styles: {}, display_options: {} },
});

/** Blocks that stand in many letters and are kept in one place. */
const BLOCKS: [name: string, day: number, definition: JsonObject][] = [
  ["Shipping note", 120, text("<p>We roast on Tuesdays and pack the same afternoon. Parcels over 60 dollars ship free.</p>")],
  ["Where to find us", 160, text("<p>12 Quay Street, Portland, Maine. Open from seven, closed when the storm flag is up.</p>")],
  ["To the shop", 200, button("To the shop", "https://harbourandpine.example/")],
];

export function seedUniversalContent(ctx: Context, openedMs: number): void {
  for (const [name, day, definition] of BLOCKS) {
    const created = openedMs + day * DAY_MS;
    ctx.rows(universalContents).put({ id: ctx.ids.ulid(created), name, definition, created, updated: created + 40 * DAY_MS });
  }
}
