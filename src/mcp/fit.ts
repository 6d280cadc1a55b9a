import { isJsonObject, type Json, type JsonObject } from "../lib/json.ts";

/** Most bytes of JSON that one answer may have: about 20,000 tokens, under every client's own cap. */
export const MAX_ANSWER_BYTES = 60_000;

/** Most rows of one answer: as many as Klaviyo's largest page has. */
export const MAX_ROWS = 1000;

/** Room for the note that says what was left out. */
const NOTE_BYTES = 600;

/** Shortest to which texts are cut, longest first, when one row alone is too large. */
const TEXT_LIMITS = [16_000, 4000, 1000, 200];

/**
 * Makes the answer fit, and says so in `truncated`: rows from the end first, then long texts.
 * A cut answer has no `next_cursor`, since going on from there would skip the rows that were cut.
 */
export function fit(data: JsonObject, maxBytes = MAX_ANSWER_BYTES): JsonObject {
  const { rows } = data;
  if (sizeOf(data) <= maxBytes && !(Array.isArray(rows) && rows.length > MAX_ROWS)) return data;
  const room = maxBytes - NOTE_BYTES;
  return fitRows(data, room) ?? fitTexts(data, room) ?? tooLarge(data);
}

function fitRows(data: JsonObject, room: number): JsonObject | undefined {
  // What is untrusted goes last again.
  const { rows, next_cursor: _, _untrusted: marks, ...rest } = data;
  if (!Array.isArray(rows)) return undefined;
  let left = room - sizeOf({ ...rest, rows: [], _untrusted: marks ?? [] });
  const shown: Json[] = [];
  for (const row of rows) {
    left -= sizeOf(row) + 1;
    if (left < 0 || shown.length >= MAX_ROWS) break;
    shown.push(row);
  }
  if (shown.length === 0) return undefined;
  return {
    ...rest,
    count: shown.length,
    rows: shown,
    truncated: `${shown.length} of ${rows.length} rows shown. Ask again with page_size ${shown.length} or less, or with fewer fields (fields_…), and go on with next_cursor from there.`,
    ...(marks !== undefined && { _untrusted: marks }),
  };
}

function fitTexts(data: JsonObject, room: number): JsonObject | undefined {
  for (const limit of TEXT_LIMITS) {
    const cut: string[] = [];
    const shorter = cutTexts(data, "", limit, cut);
    if (isJsonObject(shorter) && cut.length > 0 && sizeOf(shorter) <= room) {
      const named = cut.slice(0, 4).join(", ");
      return {
        ...shorter,
        truncated: `${cut.length} long ${cut.length === 1 ? "text was" : "texts were"} cut (${named}${cut.length > 4 ? ", …" : ""}): do not write a cut text back. Ask for fewer fields (fields_…) to see the others whole.`,
      };
    }
  }
  return undefined;
}

function cutTexts(value: Json, path: string, limit: number, cut: string[]): Json {
  if (typeof value === "string") {
    if (value.length <= limit) return value;
    cut.push(path.slice(0, 80));
    return `${value.slice(0, limit).toWellFormed()}… [cut: ${limit} of ${value.length} characters]`;
  }
  if (Array.isArray(value)) return value.map((item, at) => cutTexts(item, `${path}[${at}]`, limit, cut));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, cutTexts(inner, path === "" ? key : `${path}.${key}`, limit, cut)]),
  );
}

function tooLarge(data: JsonObject): JsonObject {
  const small = Object.entries(data).filter(([, value]) => sizeOf(value) < 1000);
  return {
    ...Object.fromEntries(small),
    truncated: `The answer has ${sizeOf(data)} bytes and cannot be shown. Ask for fewer fields (fields_…), a smaller page_size or a narrower filter.`,
  };
}

function sizeOf(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}
