import type { Context } from "../engine/context.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** Types whose texts can be translated; the first part of a translation's id. */
export const TRANSLATED_TYPES = ["campaign-variation", "flow-message", "template", "template-universal-content"] as const;
export type TranslatedType = (typeof TRANSLATED_TYPES)[number];
export type TranslationChannel = "email" | "mobile_push" | "sms" | "whatsapp";

/** The texts of one thing in other languages. The texts themselves stay where they are and are read each time. */
export interface TranslationRow extends Row {
  type: TranslatedType;
  /** Id of what is translated. */
  related: string;
  channel: TranslationChannel;
  sourceLocale: string;
  targetLocales: string[];
  fallbackLocale: string | null;
  /** By id of the text, then by locale. One whose text is gone is kept: the text may come back. */
  translated: Record<string, Record<string, string>>;
  created: number;
  updated: number;
}

export const translations = defineCollection<TranslationRow>("translations", {
  indexes: { related_resource_id: (translation) => translation.related },
});

/** `template::email::ABC123`. */
export function translationId(type: TranslatedType, channel: TranslationChannel, related: string): string {
  return `${type}::${channel}::${related}`;
}

/** Removes the translations of what is being removed. */
export function dropTranslations(ctx: Context, type: TranslatedType, related: string): void {
  for (const row of ctx.rows(translations).where("related_resource_id", related)) {
    if (row.type === type) ctx.rows(translations).remove(row.id);
  }
}
