import type { Json, JsonObject } from "../lib/json.ts";

/**
 * Control, bidirectional, invisible and private characters. Tab and line breaks stay: a template without them is another template.
 * So does the joiner inside an emoji, which is part of the picture.
 */
const UNSAFE =
  /(?<!\p{Extended_Pictographic}\uFE0F?|\p{Emoji_Modifier})\u200D|\u200D(?!\p{Extended_Pictographic})|(?![\t\n\r\u200D])[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu;

/** Makes text from Klaviyo harmless for terminals and hides nothing from a reader: unsafe characters become `<U+202E>`. */
export function cleanText(text: string): string {
  return text.replaceAll(UNSAFE, (character) => `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`);
}

/** The same for every string inside plain data, keys and values. */
export function cleanData(data: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [cleanText(key), clean(value)]));
}

function clean(value: Json): Json {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return value.map(clean);
  return value !== null && typeof value === "object" ? cleanData(value) : value;
}
