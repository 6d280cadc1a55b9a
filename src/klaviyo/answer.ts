import { HalyardError } from "../lib/errors.ts";
import { JSON_LIMITS, type Json } from "../lib/json.ts";

/** What Klaviyo answered, after scrubbing. */
export interface Answer {
  status: number;
  body: Json | null;
  /** `x-klaviyo-req-id`, which Klaviyo's support asks for. */
  requestId: string | null;
  /** The revision that served the request. */
  revision: string | null;
  /** Requests that it took, this one included. */
  attempts: number;
}

/** Klaviyo's largest pages are far below; more than this is a mistake or an attack. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Collects a body up to the cap; beyond it the stream is destroyed and the error is `answer_too_large`. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_ANSWER_BYTES) {
      throw new HalyardError("answer_too_large", `Klaviyo's answer is larger than ${MAX_ANSWER_BYTES} bytes.`, {
        hint: "Ask for fewer rows or fields.",
      });
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/**
 * Parses a whole body and scrubs every string in it: null when empty, `answer_malformed` when it is not JSON, not UTF-8 or nested too deeply.
 * Numbers stay as `JSON.parse` gives them.
 */
export function parseAnswer(bytes: Buffer, scrub: (text: string) => string): Json | null {
  if (bytes.length === 0) return null;
  let body: Json;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Json;
  } catch {
    // The parser's own error quotes the text, so it is not kept as the cause.
    throw new HalyardError("answer_malformed", "Klaviyo's answer is not JSON.");
  }
  return scrubDeep(body, scrub, JSON_LIMITS.maxDepth);
}

/** After parsing, because before it an escape such as `\u0070` hides the text. */
function scrubDeep(value: Json, scrub: (text: string) => string, levels: number): Json {
  if (typeof value === "string") return scrub(value);
  if (value === null || typeof value !== "object") return value;
  if (levels === 0) throw new HalyardError("answer_malformed", "Klaviyo's answer is nested too deeply.");
  if (Array.isArray(value)) return value.map((item) => scrubDeep(item, scrub, levels - 1));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [scrub(name), scrubDeep(inner, scrub, levels - 1)]));
}
