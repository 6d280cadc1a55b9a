import type { Json } from "../../lib/json.ts";
import { defineResource } from "../engine/declare.ts";
import { objectOf, textOf, type Input } from "../engine/input.ts";
import { brandColors, type BrandColorRow } from "./brand-rows.ts";
import { checkHex, given } from "./brand-checks.ts";

/** Palettes: named colours in an order. */
export const brandColorResource = defineResource<BrandColorRow>({
  type: "brand-color",
  path: "/api/brand-colors",
  collection: brandColors,
  attributes: ({ name, colors }) => ({ name, colors }),
  sorts: { created: (palette) => palette.created },
  defaultSort: "created",
  create: (input, ctx) => ({ id: ctx.ids.digits(7), created: ctx.now, ...partsOf(input, { name: null, colors: null }) }),
  update: (palette, input) => ({ ...palette, ...partsOf(input, palette) }),
});

function partsOf({ attributes }: Input, before: Pick<BrandColorRow, "name" | "colors">): Pick<BrandColorRow, "name" | "colors"> {
  return {
    name: given(attributes["name"], before.name, textOf),
    colors: given(attributes["colors"], before.colors, colorsOf),
  };
}

function colorsOf(value: Json | undefined): Json[] | undefined {
  if (!Array.isArray(value)) return undefined;
  for (const [i, color] of value.entries()) checkHex(objectOf(color)["hex"], `/data/attributes/colors/${i}/hex`);
  return value;
}
