import type { JsonObject } from "../../lib/json.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { numberOf, textOf, type Input } from "../engine/input.ts";
import { brandEmailDefaults, brandLogos, dropFromEmailDefaults, type BrandLogoRow } from "./brand-rows.ts";
import { checkAddress, checkPixels, given } from "./brand-checks.ts";

const EMPTY = { name: null, width: null, height: null, altText: null, linkUrl: null };

export const brandLogoResource = defineResource<BrandLogoRow>({
  type: "brand-logo",
  path: "/api/brand-logos",
  collection: brandLogos,
  collections: [brandEmailDefaults],
  attributes: (logo) => ({
    width: logo.width,
    height: logo.height,
    alt_text: logo.altText,
    link_url: logo.linkUrl,
    name: logo.name,
  }),
  sorts: { created: (logo) => logo.created },
  defaultSort: "created",
  relationships: { image: toOne<BrandLogoRow>("image", (logo) => logo.image, { data: "when set" }) },
  create: (input, ctx) => ({ id: ctx.ids.digits(7), created: ctx.now, ...partsOf(input, EMPTY) }),
  update: (logo, input) => ({ ...logo, ...partsOf(input, logo) }),
  remove: (logo, ctx) => dropFromEmailDefaults(ctx, "logo", logo.id),
});

function partsOf({ attributes, one }: Input, before: Omit<BrandLogoRow, "id" | "created">): Omit<BrandLogoRow, "id" | "created"> {
  check(attributes);
  const image = one("image") ?? before.image;
  return {
    name: given(attributes["name"], before.name, textOf),
    width: given(attributes["width"], before.width, numberOf),
    height: given(attributes["height"], before.height, numberOf),
    altText: given(attributes["alt_text"], before.altText, textOf),
    linkUrl: given(attributes["link_url"], before.linkUrl, textOf),
    ...(image !== undefined && { image }),
  };
}

function check(attributes: JsonObject): void {
  checkPixels(attributes["width"], "/data/attributes/width");
  checkPixels(attributes["height"], "/data/attributes/height");
  checkAddress(attributes["link_url"], "/data/attributes/link_url");
}
