import canonicalize from "canonicalize";
import { HalyardError } from "./errors.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface JsonLimits {
  /** Bytes of UTF-8 text. */
  maxSizeBytes: number;
  /** Nesting of arrays and objects. */
  maxDepth: number;
}

/** 5 MB is Klaviyo's own cap on a body; 64 levels is far above any of its schemas. */
export const JSON_LIMITS: JsonLimits = { maxSizeBytes: 5 * 1024 * 1024, maxDepth: 64 };

export function isJsonObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * Parses JSON once and strictly. `JSON.parse` keeps the last of two equal keys, rounds large numbers and accepts lone surrogates:
 * each lets what was approved differ from what is sent, so each is an `invalid_json` error here. Numbers must be finite, integers safe, `-0` is refused.
 */
export function parseStrictJson(text: string, limits: JsonLimits = JSON_LIMITS): Json {
  if (Buffer.byteLength(text) > limits.maxSizeBytes) {
    throw new HalyardError("too_large", `The JSON is larger than ${limits.maxSizeBytes} bytes.`, { hint: "Send less at once." });
  }
  const reader = new JsonReader(text, limits.maxDepth);
  return reader.document();
}

class JsonReader {
  #at = 0;
  readonly #text: string;
  readonly #maxDepth: number;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  document(): Json {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail("text after the end of the value");
    return value;
  }

  #fail(what: string): never {
    throw new HalyardError("invalid_json", `The JSON is not acceptable: ${what}, at character ${this.#at + 1}.`);
  }

  #space(): void {
    while (/[ \t\n\r]/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #value(depth: number): Json {
    if (depth > this.#maxDepth) throw new HalyardError("too_large", `The JSON is nested deeper than ${this.#maxDepth} levels.`);
    this.#space();
    const first = this.#text[this.#at];
    if (first === "{") return this.#object(depth);
    if (first === "[") return this.#array(depth);
    if (first === '"') return this.#string();
    return this.#literal();
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = {};
    const seen = new Set<string>();
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === "}") return this.#close(object);
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#fail("a property name in double quotes was expected");
      const key = this.#string();
      if (seen.has(key)) this.#fail("the same property twice");
      seen.add(key);
      this.#expect(":");
      const value = this.#value(depth + 1);
      // "__proto__" as an ordinary assignment would set the prototype instead of a property.
      Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      if (this.#endOfItem("}")) return object;
    }
  }

  #array(depth: number): Json[] {
    const array: Json[] = [];
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === "]") return this.#close(array);
    for (;;) {
      array.push(this.#value(depth + 1));
      if (this.#endOfItem("]")) return array;
    }
  }

  #close<T>(value: T): T {
    this.#at++;
    return value;
  }

  #expect(character: string): void {
    this.#space();
    if (this.#text[this.#at] !== character) this.#fail(`"${character}" was expected`);
    this.#at++;
  }

  #endOfItem(close: string): boolean {
    this.#space();
    const next = this.#text[this.#at];
    if (next !== "," && next !== close) this.#fail(`"," or "${close}" was expected`);
    this.#at++;
    return next === close;
  }

  #string(): string {
    const start = this.#at;
    for (this.#at++; this.#text[this.#at] !== '"'; this.#at++) {
      if (this.#at >= this.#text.length) this.#fail("a string that does not end");
      if (this.#text[this.#at] === "\\") this.#at++;
    }
    this.#at++;
    let value: string;
    try {
      value = JSON.parse(this.#text.slice(start, this.#at)) as string;
    } catch {
      this.#fail("a string with a bad escape or a bare control character");
    }
    if (!value.isWellFormed()) this.#fail("a string with half of a surrogate pair");
    return value;
  }

  #literal(): Json {
    const match = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/.exec(
      this.#text.slice(this.#at, this.#at + 400),
    );
    if (!match) this.#fail("a value was expected");
    const number = Number(match[0]);
    if (match[0] === "true" || match[0] === "false") {
      this.#at += match[0].length;
      return match[0] === "true";
    }
    if (match[0] === "null") {
      this.#at += 4;
      return null;
    }
    if (!isExactNumber(number)) this.#fail("a number that cannot be kept exactly");
    this.#at += match[0].length;
    return number;
  }
}

function isExactNumber(number: number): boolean {
  return Number.isFinite(number) && !Object.is(number, -0) && (!Number.isInteger(number) || Number.isSafeInteger(number));
}

/**
 * Applies the same rules to a value that a transport has parsed already (the MCP SDK parses for itself): exact numbers, well-formed strings, plain data, bounded depth.
 * Duplicate keys are gone by then, so doors that see the text check it with {@link parseStrictJson} first.
 */
export function assertStrictValue(value: unknown, limits: JsonLimits = JSON_LIMITS, depth = 0): asserts value is Json {
  if (depth > limits.maxDepth) throw new HalyardError("too_large", `The JSON is nested deeper than ${limits.maxDepth} levels.`);
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "number") {
    if (!isExactNumber(value)) throw new HalyardError("invalid_json", "The JSON is not acceptable: a number that cannot be kept exactly.");
    return;
  }
  if (typeof value === "string") {
    if (!value.isWellFormed())
      throw new HalyardError("invalid_json", "The JSON is not acceptable: a string with half of a surrogate pair.");
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) assertStrictValue(item, limits, depth + 1);
    return;
  }
  if (typeof value !== "object") throw new HalyardError("invalid_json", "The JSON is not acceptable: a value that is not JSON.");
  for (const [key, inner] of Object.entries(value)) {
    assertStrictValue(key, limits, depth + 1);
    assertStrictValue(inner, limits, depth + 1);
  }
}

/** The one canonical text of a value (RFC 8785): sorted keys, shortest numbers. Digests, cards and the wire all start from it. */
export function canonicalJson(value: Json): string {
  const text = canonicalize(value);
  if (text === undefined) throw new HalyardError("invalid_json", "The value has no JSON form.");
  return text;
}
