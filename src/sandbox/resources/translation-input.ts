import type { Json } from "../../lib/json.ts";
import { arrayOf, objectOf, textOf, type Input } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import type { SourceText } from "./translated-texts.ts";
import { TRANSLATED_TYPES, type TranslatedType, type TranslationChannel, type TranslationRow } from "./translation-rows.ts";

type Locales = Pick<TranslationRow, "fallbackLocale" | "sourceLocale" | "targetLocales">;

/** What a new translation is of: one thing. */
export function originalOf({ one }: Input): { type: TranslatedType; id: string } {
  const named = TRANSLATED_TYPES.flatMap((type) => {
    const id = one(type);
    return id === undefined ? [] : [{ type, id }];
  });
  const [only] = named;
  if (only && named.length === 1) return only;
  return refuse("invalid", `A translation is of exactly one of: ${TRANSLATED_TYPES.join(", ")}.`, {
    source: { pointer: "/data/relationships" },
  });
}

export function channelIn({ attributes }: Input): TranslationChannel {
  const channel = textOf(attributes["channel"]);
  // The body's schema lets in only these.
  return channel === "mobile_push" || channel === "sms" || channel === "whatsapp" ? channel : "email";
}

/** The locales of a body over those that were there. Null says nothing, save of the fallback, which it takes away (assumed). */
export function localesIn({ attributes }: Input, before: Locales): Locales {
  const { target_locales: targets, fallback_locale: fallback } = attributes;
  const locales = {
    sourceLocale: textOf(attributes["source_locale"]) ?? before.sourceLocale,
    targetLocales: Array.isArray(targets) ? targets.map(String) : before.targetLocales,
    fallbackLocale: fallback === undefined ? before.fallbackLocale : (textOf(fallback) ?? null),
  };
  checkLocales(locales);
  return locales;
}

/** `en`, `pt-BR`, `zh_Hans_CN`. */
const LOCALE = /^[a-z]{2,3}(?:[-_][a-z0-9]{2,8}){0,3}$/i;

/** The documents say only what these are for; that they must fit each other is assumed. */
function checkLocales({ sourceLocale, targetLocales, fallbackLocale }: Locales): void {
  if (!LOCALE.test(sourceLocale)) wrong("source_locale", `'${sourceLocale}' is not a locale.`);
  if (targetLocales.length === 0) wrong("target_locales", "At least one target locale is required.");
  for (const [i, locale] of targetLocales.entries()) {
    if (!LOCALE.test(locale)) wrong(`target_locales/${i}`, `'${locale}' is not a locale.`);
    if (locale === sourceLocale) wrong(`target_locales/${i}`, "A target locale must differ from the source locale.");
    if (targetLocales.indexOf(locale) < i) wrong(`target_locales/${i}`, `The target locale '${locale}' is there twice.`);
  }
  if (fallbackLocale !== null && fallbackLocale !== sourceLocale && !targetLocales.includes(fallbackLocale))
    wrong("fallback_locale", "The fallback locale must be the source locale or one of the target locales.");
}

/** The translations with those of a body on top: texts that it does not name stay, null takes one away. */
export function valuesIn(
  values: Json | undefined,
  { translated, targetLocales }: Pick<TranslationRow, "targetLocales" | "translated">,
  texts: readonly SourceText[],
): TranslationRow["translated"] {
  const after = { ...translated };
  for (const [i, value] of arrayOf(values).map(objectOf).entries()) {
    const id = textOf(value["id"]) ?? wrong(`values/${i}/id`, "'id' is required.");
    if (!texts.some((text) => text.id === id)) wrong(`values/${i}/id`, `There is no text with the id '${id}'.`);
    const given = value["translations"];
    if (given === null || typeof given !== "object" || Array.isArray(given))
      return wrong(`values/${i}/translations`, "'translations' must be an object of locales.");
    const own = new Map(Object.entries(after[id] ?? {}));
    for (const [locale, text] of Object.entries(given)) {
      const place = `values/${i}/translations/${locale.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (!targetLocales.includes(locale)) wrong(place, `'${locale}' is not one of the target locales.`);
      if (text === null) own.delete(locale);
      else own.set(locale, textOf(text) ?? wrong(place, "A translation must be a text."));
    }
    after[id] = Object.fromEntries(own);
  }
  return after;
}

function wrong(field: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/${field}` } });
}
