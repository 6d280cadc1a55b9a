import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toOne, type ToOne } from "../engine/declare.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { channelOfOriginal, sourceTexts } from "./translated-texts.ts";
import { channelIn, localesIn, originalOf, valuesIn } from "./translation-input.ts";
import { translationId, translations, type TranslatedType, type TranslationRow } from "./translation-rows.ts";

/** Translations (openapi/beta-2026-07-15.pre.json): one of each thing, under an id that says which. */
export const translationResource = defineResource<TranslationRow>({
  type: "translation",
  path: "/api/translations",
  collection: translations,
  attributes: (translation, ctx) => ({
    source_locale: translation.sourceLocale,
    target_locales: translation.targetLocales,
    fallback_locale: translation.fallbackLocale,
    channel: translation.channel,
    metadata: progressOf(translation, ctx),
    created: timeText(translation.created, ctx),
    updated: timeText(translation.updated, ctx),
  }),
  additional: { values: valuesOf },
  filters: {
    resource_type: (translation) => translation.type,
    channel: (translation) => translation.channel,
    related_resource_id: (translation) => translation.related,
  },
  relationships: {
    "campaign-variation": toOriginal("campaign-variation"),
    "flow-message": toOriginal("flow-message"),
    template: toOriginal("template"),
    "template-universal-content": toOriginal("template-universal-content"),
  },
  create(input, ctx) {
    const { type, id: related } = originalOf(input);
    ctx.must(type, related);
    const channel = channelIn(input);
    const own = channelOfOriginal(type, related, ctx);
    if (own !== channel) {
      const detail = own === undefined ? `This ${type} has no texts to translate.` : `The channel of this ${type} is '${own}'.`;
      refuse("invalid", detail, { source: { pointer: "/data/attributes/channel" } });
    }
    const id = translationId(type, channel, related);
    if (ctx.rows(translations).has(id))
      refuse("duplicate", `There is a translation of this ${type} already.`, { source: { pointer: `/data/relationships/${type}` } });
    const locales = localesIn(input, { sourceLocale: "", targetLocales: [], fallbackLocale: null });
    return { id, type, related, channel, ...locales, translated: {}, created: ctx.now, updated: ctx.now };
  },
  update(translation, input, ctx) {
    const locales = localesIn(input, translation);
    const translated = within(translation.translated, locales.targetLocales);
    const values = valuesIn(input.attributes["values"], { ...locales, translated }, sourceTexts(translation, ctx));
    return { ...translation, ...locales, translated: values, updated: ctx.now };
  },
});

function toOriginal(type: TranslatedType): ToOne<TranslationRow> {
  return toOne(
    type,
    (translation, ctx) => (translation.type === type && ctx.find(type, translation.related) ? translation.related : undefined),
    {
      data: "when set",
    },
  );
}

/** Without the locales that are no target any more (assumed: they do not wait for their return). */
function within(translated: TranslationRow["translated"], locales: readonly string[]): TranslationRow["translated"] {
  const kept = Object.entries(translated).map(([id, texts]) => [
    id,
    Object.fromEntries(Object.entries(texts).filter(([locale]) => locales.includes(locale))),
  ]);
  return Object.fromEntries(kept) as TranslationRow["translated"];
}

/** The members' names are stated for writing; `source_text` is assumed. */
function valuesOf(translation: TranslationRow, ctx: Context): JsonObject[] {
  return sourceTexts(translation, ctx).map(({ id, text }) => ({ id, source_text: text, translations: translation.translated[id] ?? {} }));
}

/** The documents leave open what `metadata` holds; here, how far the work is. */
function progressOf(translation: TranslationRow, ctx: Context): JsonObject {
  const texts = sourceTexts(translation, ctx);
  const done = (locale: string): number => texts.filter(({ id }) => translation.translated[id]?.[locale] !== undefined).length;
  return {
    value_count: texts.length,
    translated_counts: Object.fromEntries(translation.targetLocales.map((locale) => [locale, done(locale)])),
  };
}
