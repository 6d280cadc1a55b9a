import { HalyardError } from "../lib/errors.ts";
import { isJsonObject, JSON_LIMITS, parseStrictJson, type JsonObject } from "../lib/json.ts";

/** Klaviyo's largest body and the protocol around it. */
export const MAX_MESSAGE_BYTES = JSON_LIMITS.maxSizeBytes + 64 * 1024;

/** Depth of a call's arguments inside a JSON-RPC message. */
const LIMITS = { maxSizeBytes: MAX_MESSAGE_BYTES, maxDepth: JSON_LIMITS.maxDepth + 4 };

const PARSE_ERROR = -32_700;
export const INVALID_REQUEST = -32_600;

/** A JSON-RPC error for a message that is not passed on. */
export interface Refusal {
  code: number;
  message: string;
  kind: "batch" | "malformed" | "too_large";
  /** Of the request, where it can be told: a client waits for an answer to that. */
  id?: string | number;
}

/**
 * Reads the bytes of one JSON-RPC message, once and strictly: invalid UTF-8, a byte order mark, a property twice, numbers that cannot be kept exactly,
 * batches and whatever is too large or too deep are refused here, before the SDK or a tool sees any of it.
 */
export function parseMessage(bytes: Uint8Array): { message: JsonObject } | { refusal: Refusal } {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { refusal: { code: PARSE_ERROR, kind: "malformed", message: "The message is not UTF-8." } };
  }
  try {
    const value = parseStrictJson(text, LIMITS);
    if (Array.isArray(value))
      return { refusal: { code: INVALID_REQUEST, kind: "batch", message: "Batches are not taken; send one message at a time." } };
    if (!isJsonObject(value)) return { refusal: { code: INVALID_REQUEST, kind: "malformed", message: "A message is a JSON object." } };
    return { message: value };
  } catch (thrown) {
    if (!(thrown instanceof HalyardError)) throw thrown;
    const isLarge = thrown.code === "too_large";
    const kind = isLarge ? "too_large" : "malformed";
    return { refusal: { code: isLarge ? INVALID_REQUEST : PARSE_ERROR, kind, message: thrown.message, ...idOf(text) } };
  }
}

/** What was too strictly written may still say which request it is; only that is taken from it. */
function idOf(text: string): { id?: string | number } {
  try {
    const value: unknown = JSON.parse(text);
    const id = isJsonObject(value) ? value["id"] : undefined;
    return (typeof id === "string" && id.length < 200) || typeof id === "number" ? { id } : {};
  } catch {
    return {};
  }
}

/** The answer to a message that was refused. */
export function refusalMessage({ code, message, id }: Omit<Refusal, "kind">): JsonObject {
  return { jsonrpc: "2.0", id: id ?? null, error: { code, message } };
}
