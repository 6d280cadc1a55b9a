import { createHash } from "node:crypto";
import { keepingSafe, maybe, onText, pairOf, plain, taking, type Filter } from "./filter.ts";
import { templateFailure } from "./failure.ts";
import { escapeHtml, isSafe, numberOf, safe, textOf, type Value } from "./values.ts";

const text = (run: (text: string) => Value): Filter => onText(plain, run);
const textWith = (run: (text: string, argument: string) => Value): Filter => onText(taking, run);
const digest = (algorithm: string): Filter => text((input) => createHash(algorithm).update(input).digest("hex"));

const upperFirst = (input: string): string => input.slice(0, 1).toUpperCase() + input.slice(1);
const cutTo = (input: string, length: number): string =>
  [...input].length <= length ? input : `${[...input].slice(0, Math.max(0, length - 1)).join("")}…`;
const lengthOf = (argument: Value, fallback: number): number => Math.max(0, Math.min(10_000, Math.trunc(numberOf(argument) ?? fallback)));

function replaceOnce(input: string, before: string, after: string, at: number): string {
  return before === "" || at < 0 ? input : input.slice(0, at) + after + input.slice(at + before.length);
}

/** Splits by a pattern. Patterns that could run for ever are refused: no repeated groups, no back references, short input. */
function resplit(input: string, pattern: string): Value {
  if (pattern.length > 100 || /\)[*+?{]|\\[1-9k]|\(\?/.test(pattern)) templateFailure("resplit: the pattern is too complex.");
  try {
    return input.slice(0, 10_000).split(new RegExp(pattern, "u"));
  } catch {
    return templateFailure("resplit: the pattern cannot be read.");
  }
}

/** Characters that are left as they are, then a percent sign each. */
function percentEncode(input: string, kept: string): string {
  return encodeURIComponent(input.toWellFormed())
    .replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll(/%[0-9A-F]{2}/g, (code) =>
      kept.includes(String.fromCharCode(Number.parseInt(code.slice(1), 16))) ? decodeURIComponent(code) : code,
    );
}

function percentDecode(input: string): string {
  try {
    return decodeURIComponent(input);
  } catch {
    return input;
  }
}

function converted(kind: string, input: Value, number: number, places: number | undefined): string {
  if (kind === "s") return textOf(input).slice(0, places);
  return kind === "f" ? number.toFixed(places ?? 6) : Math.trunc(number).toString(kind === "x" ? 16 : 10);
}

/** The conversions of Python's `%` that templates use: d, f, s, x with flags, width and precision. */
function stringformat(input: Value, format: string): string {
  const [, flags = "", width = "0", places, kind = ""] = /^([-+ 0#]*)(\d{0,3})(?:\.(\d{1,2}))?([dfsx])$/.exec(format) ?? [];
  const number = numberOf(input);
  if (kind === "" || (kind !== "s" && number === undefined)) return "";
  const bare = converted(kind, input, number ?? 0, places === undefined ? undefined : Number(places));
  const signed = flags.includes("+") && kind !== "s" && (number ?? 0) >= 0 ? `+${bare}` : bare;
  if (flags.includes("-")) return signed.padEnd(Number(width));
  if (!flags.includes("0") || kind === "s") return signed.padStart(Number(width));
  const [, sign = "", digits = ""] = /^([+-]?)(.*)$/.exec(signed) ?? [];
  return sign + digits.padStart(Number(width) - sign.length, "0");
}

function lineBreaks(input: Value, escapes: boolean): Value {
  const html = isSafe(input) || !escapes ? textOf(input) : escapeHtml(textOf(input));
  return safe(html.replaceAll(/\r\n|\r|\n/g, "<br>"));
}

const append = textWith((input, argument) => input + argument);
const capfirst = keepingSafe(text(upperFirst));
const lower = keepingSafe(text((input) => input.toLowerCase()));
const upper = text((input) => input.toUpperCase());
const stripTags = keepingSafe(text((input) => input.replaceAll(/<!--[\s\S]*?-->|<\/?[a-zA-Z][^>]*>/g, "")));
const breaks = plain((input, _, scope) => lineBreaks(input, scope.escapes));
const httpize = text((input) => (input === "" || /^https?:\/\//i.test(input) ? input : `http://${input.replace(/^\/\//, "")}`));
const truncatechars = keepingSafe(maybe((input, argument) => cutTo(textOf(input), lengthOf(argument, 50))));
const removeAll = textWith((input, argument) => (argument === "" ? input : input.replaceAll(argument, "")));

/** The text filters of Klaviyo's glossary (behaviour.md §2.12) and Django's own. */
export const TEXT_FILTERS: Record<string, Filter> = {
  append,
  prepend: textWith((input, argument) => argument + input),
  capitalize: capfirst,
  capfirst,
  downcase: lower,
  lower,
  upcase: upper,
  upper,
  title: keepingSafe(
    text((input) =>
      input.toLowerCase().replaceAll(/(^|[^\p{L}\p{N}'’])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase()),
    ),
  ),
  truncate: truncatechars,
  truncatechars: { ...truncatechars, argument: "needed" },
  truncatewords: keepingSafe(
    taking((input, argument) => {
      const words = textOf(input).split(/\s+/).filter(Boolean);
      const kept = lengthOf(argument, 0);
      return words.length > kept ? `${words.slice(0, kept).join(" ")} …` : words.join(" ");
    }),
  ),
  strip: keepingSafe(text((input) => input.trim())),
  lstrip: keepingSafe(text((input) => input.trimStart())),
  rstrip: keepingSafe(text((input) => input.trimEnd())),
  strip_html: stripTags,
  striptags: stripTags,
  strip_newlines: keepingSafe(text((input) => input.replaceAll(/[\r\n]+/g, ""))),
  newline_to_br: breaks,
  linebreaksbr: breaks,
  linebreaks: plain((input, _, scope) => {
    const paragraphs = textOf(input)
      .replaceAll(/\r\n?/g, "\n")
      .split(/\n{2,}/);
    const html = paragraphs.map((each) => `<p>${textOf(lineBreaks(isSafe(input) ? safe(each) : each, scope.escapes))}</p>`);
    return safe(html.join("\n\n"));
  }),
  remove: removeAll,
  cut: keepingSafe(removeAll),
  remove_first: textWith((input, argument) => replaceOnce(input, argument, "", input.indexOf(argument))),
  remove_last: textWith((input, argument) => replaceOnce(input, argument, "", input.lastIndexOf(argument))),
  find_replace: textWith((input, argument) => {
    const [before, after] = pairOf(argument);
    return before === "" ? input : input.replaceAll(before, () => after);
  }),
  replace_first: textWith((input, argument) => replaceOnce(input, ...pairOf(argument), input.indexOf(pairOf(argument)[0]))),
  replace_last: textWith((input, argument) => replaceOnce(input, ...pairOf(argument), input.lastIndexOf(pairOf(argument)[0]))),
  split: onText(maybe, (input, argument) => (argument === "" ? input.split(/\s+/).filter(Boolean) : input.split(argument))),
  resplit: textWith(resplit),
  escape: plain((input) => (isSafe(input) ? input : safe(escapeHtml(textOf(input))))),
  force_escape: plain((input) => safe(escapeHtml(textOf(input)))),
  escape_once: plain((input) => safe(escapeHtml(textOf(input)).replaceAll(/&amp;(#?\w+;)/g, "&$1"))),
  escapejs: text((input) =>
    input.replaceAll(/[\\'"<>&=;`\u2028\u2029\p{Cc}-]/gu, (mark) => `\\u${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`),
  ),
  addslashes: keepingSafe(text((input) => input.replaceAll(/[\\"']/g, String.raw`\$&`))),
  urlencode: onText(maybe, (input, argument) => percentEncode(input, argument === "" ? "/" : argument)),
  urlencodeplus: text((input) => percentEncode(input, " ").replaceAll(" ", "+")),
  urldecode: text(percentDecode),
  urldecodeplus: text((input) => percentDecode(input.replaceAll("+", " "))),
  base64_encode: text((input) => Buffer.from(input, "utf8").toString("base64")),
  base64_decode: text((input) => Buffer.from(input, "base64").toString("utf8")),
  md5_hash: digest("md5"),
  sha_1: digest("sha1"),
  sha_256: digest("sha256"),
  httpize,
  httpsize: text((input) => (input === "" ? input : `https://${input.replace(/^(https?:)?\/\//i, "")}`)),
  trim_slash: text((input) => input.replace(/\/+$/, "")),
  stringformat: taking((input, argument) => stringformat(input, textOf(argument))),
  slugify: text((input) =>
    input
      .normalize("NFKD")
      .replaceAll(/[^\w\s-]/g, "")
      .trim()
      .toLowerCase()
      .replaceAll(/[-\s]+/g, "-"),
  ),
  wordcount: text((input) => input.split(/\s+/).filter(Boolean).length),
  center: taking((input, argument) => {
    const [inner, width] = [textOf(input), lengthOf(argument, 0)];
    return inner.padStart(inner.length + Math.floor(Math.max(0, width - inner.length) / 2)).padEnd(width);
  }),
  ljust: taking((input, argument) => textOf(input).padEnd(lengthOf(argument, 0))),
  rjust: taking((input, argument) => textOf(input).padStart(lengthOf(argument, 0))),
  make_list: text((input) => [...input]),
};
