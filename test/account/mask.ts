import { readFileSync } from "node:fs";
import { isJsonObject, type Json } from "../../src/lib/json.ts";

const GENERATED = new URL("../../src/catalog/generated/", import.meta.url);
const LONGEST = 80;

/** Members whose texts are the API's own, never a person's. */
const OWN_TEXTS = new Set(["type", "code", "status", "pointer", "parameter"]);
/** Members that hold what the account's owner put there. */
const FREE = new Set(["properties", "event_properties", "record", "context"]);
/** Members that are about a person or a firm even where they look like a word of the API. */
const PERSONAL = new Set(["first_name", "last_name", "organization", "organization_name", "city", "region", "address1", "address2", "zip"]);
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;
/** Numbers that say where somebody is. */
const PLACES = new Set(["latitude", "longitude"]);

/** Every value of every enum that the catalog knows: words of the API. */
function enumWords(): Set<string> {
  const words = new Set<string>();
  const walk = (value: Json): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (isJsonObject(value)) {
      const { enum: stated = null, ...rest } = value;
      if (Array.isArray(stated)) for (const word of stated) if (typeof word === "string") words.add(word);
      Object.values(rest).forEach(walk);
    }
  };
  for (const file of ["answers.json", "schemas.json"]) walk(JSON.parse(readFileSync(new URL(file, GENERATED), "utf8")) as Json);
  return words;
}

let words: Set<string> | undefined;

/** Letters as `x` and `X`, digits as `0`, what stands between them kept; an address has `(at)`, so that none looks like one. */
export function maskText(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return short
    .replaceAll(/\p{Lu}/gu, "X")
    .replaceAll(/(?!x|X)\p{L}/gu, "x")
    .replaceAll(/\p{N}/gu, "0")
    .replaceAll("@", "(at)");
}

/** A sentence with what it quotes, and every address and number in it, masked. */
export function maskSentence(text: string): string {
  return text
    .replaceAll(/(["'`])(.*?)\1/gs, (_, quote: string, quoted: string) => quote + (isWord(quoted) ? quoted : maskText(quoted)) + quote)
    .replaceAll(/[^\s"'`<>]+@[^\s"'`<>]+/g, maskText)
    .replaceAll(/\+?\d[\d -]{6,}\d/g, maskText);
}

/** A body with personal data and free text replaced by placeholders of the same form; ids of random letters, times and the API's own words stay. */
export function maskJson(value: Json): Json {
  return masked(value, "", { isFree: false, isError: false });
}

function masked(value: Json, name: string, where: { isFree: boolean; isError: boolean }): Json {
  if (Array.isArray(value)) return value.map((one) => masked(one, name, where));
  if (isJsonObject(value)) {
    const inside = { isFree: where.isFree || FREE.has(name), isError: "code" in value && "detail" in value };
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key.includes("@") ? maskText(key) : key, masked(one, key, inside)]),
    );
  }
  if (typeof value === "number") return where.isFree || PLACES.has(name) ? 0 : value;
  if (typeof value !== "string") return value;
  if (where.isFree || PERSONAL.has(name)) return maskText(value);
  if (where.isError && (name === "title" || name === "detail")) return maskSentence(value);
  if (name === "id") return isRandomId(value) ? value : maskText(value);
  if (/^https?:\/\//.test(value)) return maskLink(value);
  const isOwn = isWord(value) || (OWN_TEXTS.has(name) && /^[\w./-]*$/.test(value)) || TIME.test(value);
  return isOwn ? value : maskText(value);
}

/** A link of the API's with the values of its query masked; any other but for its form. */
export function maskLink(link: string): string {
  const [, place = "", query] = /^(?:https?:\/\/[^/]+)?(\/(?:api|client)\/[^?]*)(?:\?(.*))?$/s.exec(link) ?? [];
  if (place === "") return maskText(link);
  const path = place
    .split("/")
    .map((part) => (/^[a-z-]*$/.test(part) || isRandomId(part) ? part : maskText(decodeURIComponent(part))))
    .join("/");
  return query === undefined ? path : `${path}?${maskQuery(query)}`;
}

function maskQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .map(([name, value]) => `${name}=${/^(filter|page\[cursor\]|company_id)$/.test(name) ? maskFilter(value) : maskSentence(value)}`)
    .join("&");
}

/** A filter keeps its operators and fields. */
function maskFilter(value: string): string {
  return /^[a-z-]+\(/.test(value) ? value.replaceAll(/,([^()]*)/g, (_, rest: string) => `,${maskText(rest)}`) : maskText(value);
}

function isWord(text: string): boolean {
  words ??= enumWords();
  return words.has(text);
}

function isRandomId(id: string): boolean {
  return /^([0-9A-HJKMNP-TV-Z]{26}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9]{6}|[A-Za-z0-9]{11}|-?\d{1,20}|[0-9a-f]{12}|[0-9a-f]{32})$/.test(
    id,
  );
}
