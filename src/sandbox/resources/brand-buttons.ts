import type { Json } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource } from "../engine/declare.ts";
import { booleanOf, textOf, type Input } from "../engine/input.ts";
import { brandButtons, brandEmailDefaults, dropFromEmailDefaults, type BrandButtonRow } from "./brand-rows.ts";
import { checkHex, given, withDefault } from "./brand-checks.ts";

/** Buttons of the brand. One at most is the primary one: who becomes it takes the place of the former (documented). */
export const brandButtonResource = defineResource<BrandButtonRow>({
  type: "brand-button",
  path: "/api/brand-buttons",
  collection: brandButtons,
  collections: [brandEmailDefaults],
  attributes: (button) => ({
    name: button.name,
    is_primary: button.isPrimary,
    style: button.style,
    border: button.border,
    spacing: button.spacing,
    text: button.text,
    preview_page_hex: button.previewHex,
  }),
  sorts: { created: (button) => button.created },
  defaultSort: "created",
  create(input, ctx) {
    const empty = { name: null, isPrimary: false, style: {}, border: {}, spacing: {}, text: {}, previewHex: null };
    return promoted(ctx, { id: ctx.ids.digits(7), created: ctx.now, ...partsOf(input, empty) });
  },
  update: (button, input, ctx) => promoted(ctx, { ...button, ...partsOf(input, button) }),
  remove: (button, ctx) => dropFromEmailDefaults(ctx, "button", button.id),
});

/** A group of styles is replaced whole: the schema wants all of its members every time. */
function partsOf({ attributes }: Input, before: Omit<BrandButtonRow, "id" | "created">): Omit<BrandButtonRow, "id" | "created"> {
  checkHex(attributes["preview_page_hex"], "/data/attributes/preview_page_hex");
  const group = (value: Json | undefined, known: BrandButtonRow["style"], fallback = {}): BrandButtonRow["style"] =>
    value == null ? known : withDefault(value, fallback);
  return {
    name: given(attributes["name"], before.name, textOf),
    isPrimary: given(attributes["is_primary"], before.isPrimary, booleanOf) ?? false,
    style: group(attributes["style"], before.style, { is_shadow_active: false }),
    border: group(attributes["border"], before.border, { is_border_active: false }),
    spacing: group(attributes["spacing"], before.spacing),
    text: group(attributes["text"], before.text),
    previewHex: given(attributes["preview_page_hex"], before.previewHex, textOf),
  };
}

function promoted(ctx: Context, button: BrandButtonRow): BrandButtonRow {
  const rows = ctx.rows(brandButtons);
  for (const other of button.isPrimary ? rows.where("primary", "true") : []) {
    if (other.id !== button.id) rows.put({ ...other, isPrimary: false });
  }
  return button;
}
