import type { Json } from "../../lib/json.ts";
import { defineResource } from "../engine/declare.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { brandVoices, type BrandVoiceRow } from "./brand-rows.ts";
import { withDefault } from "./brand-checks.ts";

/** How the brand speaks: one per account, under its id. A list that is given replaces the former; null leaves it (assumed). */
export const brandVoiceResource = defineResource<BrandVoiceRow>({
  type: "brand-voice",
  path: "/api/brand-voice",
  collection: brandVoices,
  attributes: ({ version, tone, patterns }) => ({ version, tone_descriptors: tone, language_patterns: patterns }),
  update: (voice, { attributes }) => ({
    ...voice,
    tone: descriptorsOf(attributes["tone_descriptors"], "tone_descriptors") ?? voice.tone,
    patterns: descriptorsOf(attributes["language_patterns"], "language_patterns") ?? voice.patterns,
  }),
});

function descriptorsOf(value: Json | undefined, name: string): Json[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map((each, i) => {
    if ((textOf(objectOf(each)["name"]) ?? "").trim() === "")
      refuse("invalid", "A descriptor needs a name.", { source: { pointer: `/data/attributes/${name}/${i}/name` } });
    return withDefault(each, { user_modified: false });
  });
}
