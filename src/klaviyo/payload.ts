import type { Operation } from "../catalog/operation.ts";
import type { WireRequest } from "../catalog/request.ts";
import { HalyardError } from "../lib/errors.ts";
import { canonicalJson, isJsonObject, JSON_LIMITS } from "../lib/json.ts";

export interface Payload {
  contentType: string;
  bytes: Uint8Array;
}

/**
 * The bytes of a request's body, null for none: canonical JSON, so that what was approved is what is sent, or multipart with files from base64.
 * Above Klaviyo's cap of 5 MB it is `too_large`.
 */
export async function payloadOf(operation: Operation, request: WireRequest): Promise<Payload | null> {
  if (!operation.body || (request.body === null && Object.keys(request.files).length === 0)) return null;
  const payload = operation.body.mediaType === "multipart" ? await multipart(request) : json(request);
  if (payload.bytes.length > JSON_LIMITS.maxSizeBytes) {
    throw new HalyardError("too_large", `The body of ${operation.id} is larger than the 5 MB that Klaviyo takes.`, {
      hint: "Send less at once.",
    });
  }
  return payload;
}

function json(request: WireRequest): Payload {
  return { contentType: "application/vnd.api+json", bytes: Buffer.from(canonicalJson(request.body)) };
}

async function multipart(request: WireRequest): Promise<Payload> {
  const form = new FormData();
  for (const [name, value] of Object.entries(isJsonObject(request.body) ? request.body : {})) {
    if (value !== null) form.set(name, typeof value === "string" ? value : canonicalJson(value));
  }
  for (const [name, base64] of Object.entries(request.files)) {
    const bytes = decodeFile(name, base64);
    const { extension, type } = kindOf(bytes);
    form.set(name, new Blob([bytes], { type }), `${name}.${extension}`);
  }
  const encoded = new Response(form);
  return { contentType: encoded.headers.get("content-type") ?? "multipart/form-data", bytes: new Uint8Array(await encoded.arrayBuffer()) };
}

/** `Buffer.from` skips what is not base64, so a damaged file would be sent without a word; here it is `invalid_arguments`. */
function decodeFile(name: string, base64: string): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length === 0 || bytes.toString("base64") !== base64) {
    throw new HalyardError("invalid_arguments", "A file is not base64.", { violations: [{ path: `/${name}`, message: "is not base64" }] });
  }
  return bytes;
}

const KINDS = [
  { magic: "89504e470d0a1a0a", extension: "png", type: "image/png" },
  { magic: "ffd8ff", extension: "jpg", type: "image/jpeg" },
  { magic: "47494638", extension: "gif", type: "image/gif" },
  { magic: "25504446", extension: "pdf", type: "application/pdf" },
];

/** A part needs a file name and a type, and an agent gives only bytes. */
function kindOf(bytes: Buffer): { extension: string; type: string } {
  const start = bytes.subarray(0, 8).toString("hex");
  return KINDS.find(({ magic }) => start.startsWith(magic)) ?? { extension: "bin", type: "application/octet-stream" };
}
