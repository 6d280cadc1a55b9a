import type { Json } from "../../lib/json.ts";
import { defineResource } from "../engine/declare.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { brandEmailDefaults, brandSocialGroups, dropFromEmailDefaults, type BrandSocialGroupRow } from "./brand-rows.ts";
import { checkAddress, checkPixels, given } from "./brand-checks.ts";

/** Rows of links to the brand's pages elsewhere. */
export const brandSocialGroupResource = defineResource<BrandSocialGroupRow>({
  type: "brand-social-group",
  path: "/api/brand-social-groups",
  collection: brandSocialGroups,
  collections: [brandEmailDefaults],
  attributes: ({ name, links }) => ({ name, social_links: links }),
  sorts: { created: (group) => group.created },
  defaultSort: "created",
  create: ({ attributes }, ctx) => ({
    id: ctx.ids.digits(7),
    name: textOf(attributes["name"]) ?? null,
    links: linksOf(attributes["social_links"]) ?? [],
    created: ctx.now,
  }),
  update: (group, { attributes }) => ({
    ...group,
    name: given(attributes["name"], group.name, textOf),
    links: linksOf(attributes["social_links"]) ?? group.links,
  }),
  remove: (group, ctx) => dropFromEmailDefaults(ctx, "socialGroup", group.id),
});

/** Undefined where nothing is said; null leaves the links as they are (assumed: a group is made of them). */
function linksOf(value: Json | undefined): Json[] | undefined {
  if (!Array.isArray(value)) return undefined;
  for (const [i, link] of value.map(objectOf).entries()) {
    const pointer = `/data/attributes/social_links/${i}`;
    checkAddress(link["link_url"], `${pointer}/link_url`);
    checkAddress(link["asset_url"], `${pointer}/asset_url`);
    checkPixels(link["width"], `${pointer}/width`);
    checkPixels(link["height"], `${pointer}/height`);
  }
  return value;
}
