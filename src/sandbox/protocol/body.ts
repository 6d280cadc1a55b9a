import { isUtf8 } from "node:buffer";
import { gunzipSync, inflateSync } from "node:zlib";
import type { Operation } from "../../catalog/operation.ts";
import { bodyViolations } from "../../catalog/validation.ts";
import type { Violation } from "../../lib/errors.ts";
import { isJsonObject, JSON_LIMITS, type Json, type JsonObject } from "../../lib/json.ts";
import { objectOf } from "../engine/input.ts";
import { refuse, refuseAll, type Refusal } from "../engine/refusal.ts";
import type { UploadedFile } from "../engine/request.ts";

export interface RawBody {
  bytes: Buffer;
  contentType: string | undefined;
  contentEncoding: string | undefined;
}

/** The body of a request, checked against the operation's wire schema. */
export async function parseBody(
  operation: Operation,
  raw: RawBody,
): Promise<{ body: Json | undefined; files: Record<string, UploadedFile> }> {
  const stated = operation.body;
  if (!stated) return { body: undefined, files: {} };
  if (raw.bytes.length === 0) {
    if (stated.required) refuse("invalid", "A request body is required.", { source: { pointer: "/data" } });
    return { body: undefined, files: {} };
  }
  const mediaType = (raw.contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const bytes = decompressed(raw);
  if (stated.mediaType === "multipart") {
    if (mediaType !== "multipart/form-data") unsupported(mediaType);
    return parseMultipart(bytes, raw.contentType ?? "");
  }
  // The documents ask for vnd.api+json alone; plain JSON is what the vendor's own SDK sends (behaviour.md §1.3).
  if (mediaType !== "application/vnd.api+json" && mediaType !== "application/json") unsupported(mediaType);
  const body = operation.id === "update_mapped_metric" ? withoutNullLinks(parseJson(bytes)) : parseJson(bytes);
  const violations = bodyViolations(operation, body);
  const type = stated.type ?? operation.resource ?? "request";
  if (violations.length > 0) refuseAll(violations.map((violation) => asRefusal(violation, resourceAt(body, violation.path) ?? type)));
  refuseBlankName(body);
  return { body, files: {} };
}

/** The descriptions of this one body let null unset a mapping, its schema knows no null: such a link becomes one without data. */
function withoutNullLinks(body: Json): Json {
  const data = objectOf(objectOf(body)["data"]);
  const links = Object.entries(objectOf(data["relationships"])).map(([name, link]): [string, Json] => {
    const { data: linkage } = objectOf(link);
    return [name, linkage === null || objectOf(linkage)["id"] === null ? {} : link];
  });
  return links.length === 0 ? body : { ...objectOf(body), data: { ...data, relationships: Object.fromEntries(links) } };
}

/** Type of the innermost resource object on the way to a place of the body. */
function resourceAt(body: Json, path: string): string | undefined {
  let [here, found]: [Json | undefined, string | undefined] = [body, undefined];
  for (const step of path.split("/").slice(1)) {
    here = Array.isArray(here) ? here[Number(step)] : isJsonObject(here) && Object.hasOwn(here, step) ? here[step] : undefined;
    if (isJsonObject(here) && isJsonObject(here["attributes"]) && typeof here["type"] === "string") found = here["type"];
  }
  return found;
}

/** Names that say nothing: the schemas let them through, a Django service does not unless told to (assumed). */
function refuseBlankName(body: Json): void {
  const name = objectOf(objectOf(objectOf(body)["data"])["attributes"])["name"];
  if (typeof name === "string" && name.trim() === "")
    refuse("invalid", "'name' must not be empty.", { source: { pointer: "/data/attributes/name" } });
}

function unsupported(mediaType: string): never {
  refuse("unsupported_media_type", mediaType === "" ? "A content type is required." : "Unsupported media type in request.");
}

function decompressed({ bytes, contentEncoding }: RawBody): Buffer {
  const encoding = contentEncoding?.trim().toLowerCase() ?? "identity";
  const expand = { identity: (input: Buffer) => input, gzip: unzip(gunzipSync), deflate: unzip(inflateSync) }[encoding];
  if (!expand) refuse("unsupported_media_type", "Unsupported content encoding in request.");
  const expanded = expand(bytes);
  if (expanded.length > JSON_LIMITS.maxSizeBytes) tooLarge();
  return expanded;
}

function unzip(method: typeof gunzipSync): (input: Buffer) => Buffer {
  return (input) => {
    try {
      return method(input, { maxOutputLength: JSON_LIMITS.maxSizeBytes });
    } catch (thrown) {
      if (thrown instanceof RangeError) tooLarge();
      return refuse("invalid", "The compressed body cannot be read.");
    }
  };
}

/** The refusal of a body over 5 MB, also for the server, which stops reading there. */
export function tooLarge(): never {
  refuse("too_large", "The request body is larger than 5 MB.");
}

function parseJson(bytes: Buffer): Json {
  if (!isUtf8(bytes)) return notJson();
  let value: Json;
  try {
    value = JSON.parse(bytes.toString("utf8")) as Json;
  } catch {
    return notJson();
  }
  const fault = faultIn(value);
  if (fault !== undefined) refuse("invalid", fault);
  return value;
}

function notJson(): never {
  refuse("invalid", "The request body is not valid JSON.");
}

/**
 * What no row may hold, though `JSON.parse` lets it through: halves of surrogate pairs, numbers beyond every float. Layer by layer, as
 * recursion into the depth is what this guards against too.
 */
function faultIn(value: Json): string | undefined {
  let layer: Json[] = [value];
  for (let depth = 0; layer.length > 0; depth++) {
    if (depth > JSON_LIMITS.maxDepth) return "The request body is nested too deeply.";
    const inner: Json[] = [];
    for (const each of layer) {
      if (typeof each === "string" && !each.isWellFormed()) return "The request body holds text that is not Unicode.";
      if (typeof each === "number" && !Number.isFinite(each)) return "The request body holds a number that is too large.";
      if (each === null || typeof each !== "object") continue;
      const names: Json[] = Array.isArray(each) ? [] : Object.keys(each);
      for (const name of names) inner.push(name);
      for (const child of Object.values(each)) inner.push(child);
    }
    layer = inner;
  }
  return undefined;
}

function asRefusal({ path, message }: Violation, type: string): Refusal {
  const name = path.split("/").at(-1) ?? "";
  const source = { pointer: path === "" ? "/data" : path };
  // The first wording is the vendor's (klaviyo-api-node#67); the others are the emulator's own.
  if (message === "is not a known field")
    return { code: "invalid", detail: `'${name}' is not a valid field for the resource '${type}'.`, source };
  return { code: "invalid", detail: path === "" ? `The request body ${message}.` : `'${name}' ${message}.`, source };
}

async function parseMultipart(bytes: Buffer, contentType: string): Promise<{ body: JsonObject; files: Record<string, UploadedFile> }> {
  const form = await new Response(new Uint8Array(bytes), { headers: { "content-type": contentType } }).formData().catch(() => undefined);
  if (!form) refuse("invalid", "The multipart body cannot be read.");
  const body: JsonObject = {};
  const files: Record<string, UploadedFile> = {};
  for (const [name, value] of form.entries()) {
    if (typeof value === "string") Object.assign(body, { [name]: value });
    else Object.assign(files, { [name]: { name: value.name, mediaType: value.type, bytes: await value.bytes() } });
  }
  return { body, files };
}
