import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** Parts of the brand kit. Styles are kept as the API writes them; what was never given is null. */
export interface BrandLogoRow extends Row {
  name: string | null;
  width: number | null;
  height: number | null;
  altText: string | null;
  linkUrl: string | null;
  image?: string;
  created: number;
}

export interface BrandButtonRow extends Row {
  name: string | null;
  isPrimary: boolean;
  style: JsonObject;
  border: JsonObject;
  spacing: JsonObject;
  text: JsonObject;
  previewHex: string | null;
  created: number;
}

/** A palette. */
export interface BrandColorRow extends Row {
  name: string | null;
  colors: Json[] | null;
  created: number;
}

export interface BrandSocialGroupRow extends Row {
  name: string | null;
  links: Json[];
  created: number;
}

/** One per account, under its id. */
export interface BrandVoiceRow extends Row {
  version: string;
  tone: Json[];
  patterns: Json[];
}

/** What new mails look like: one per account, under its id. */
export interface BrandEmailDefaultRow extends Row {
  body: JsonObject;
  header: JsonObject;
  footer: JsonObject;
  button?: string;
  logo?: string;
  socialGroup?: string;
}

export const brandLogos = defineCollection<BrandLogoRow>("brand_logos");
export const brandButtons = defineCollection<BrandButtonRow>("brand_buttons", {
  indexes: { primary: ({ isPrimary }) => (isPrimary ? "true" : undefined) },
});
export const brandColors = defineCollection<BrandColorRow>("brand_colors");
export const brandSocialGroups = defineCollection<BrandSocialGroupRow>("brand_social_groups");
export const brandVoices = defineCollection<BrandVoiceRow>("brand_voices");
export const brandEmailDefaults = defineCollection<BrandEmailDefaultRow>("brand_email_defaults");

/** Lets new mails do without a part that is about to go (assumed: the vendor does not say that it would refuse). */
export function dropFromEmailDefaults(ctx: Context, part: "button" | "logo" | "socialGroup", id: string): void {
  for (const row of ctx.rows(brandEmailDefaults).all()) {
    if (row[part] !== id) continue;
    const { [part]: _, ...rest } = row;
    ctx.rows(brandEmailDefaults).put(rest);
  }
}
