import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { OWN, UNTRUSTED } from "./marking-table.ts";
import { TOKEN } from "./privacy-tokens.ts";

/** Attributes of a resource that hold text which outsiders can write, those that are there and hold any. */
export function untrustedAttributes(type: string, attributes: JsonObject): string[] {
  if (type === "metric" && isOfIntegration(attributes)) return [];
  const marked = UNTRUSTED[type] ?? (Object.hasOwn(OWN, type) ? [] : Object.keys(attributes));
  return marked.filter((name) => Object.hasOwn(attributes, name) && hasText(attributes[name] ?? null));
}

/** Metrics of Klaviyo itself and of a shop system; those of the API are made by whatever event comes. */
function isOfIntegration({ integration }: JsonObject): boolean {
  return isJsonObject(integration) && typeof integration["key"] === "string" && integration["key"] !== "api";
}

/** Whether anything in it is a text of somebody's: numbers, times and tokens say nothing. */
function hasText(value: Json): boolean {
  if (typeof value === "string") return value.replaceAll(TOKEN, "").trim() !== "" && !IS_TIME.test(value);
  if (Array.isArray(value)) return value.some(hasText);
  return isJsonObject(value) && Object.entries(value).some(([key, inner]) => hasText(inner) || !PLAIN_KEY.test(key));
}

const IS_TIME = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;

/** A short name; a longer key may be a sentence. */
const PLAIN_KEY = /^[\w$ .-]{1,40}$/;

/** One object of an answer with the texts in it that outsiders can write. */
export interface UntrustedObject {
  /** `profile 01J…`. */
  name: string;
  texts: string[];
}

/** The objects of an answer whose text outsiders can write, in its order. An answer that is no resource document counts as a whole. */
export function untrustedObjects(body: Json | null, operation: string): UntrustedObject[] {
  if (body === null) return [];
  const data = isJsonObject(body) ? body["data"] : undefined;
  const included = isJsonObject(body) && Array.isArray(body["included"]) ? body["included"] : [];
  const resources = [...(Array.isArray(data) ? data : [data]), ...included];
  if (data === undefined || resources.some((one) => one !== null && !isResource(one))) {
    const texts = textsOf(body);
    return texts.length > 0 ? [{ name: `the answer of ${operation}`, texts }] : [];
  }
  return resources.filter(isResource).flatMap((resource) => {
    const attributes = isJsonObject(resource["attributes"]) ? resource["attributes"] : {};
    const texts = untrustedAttributes(resource.type, attributes).flatMap((name) => textsOf(attributes[name] ?? null));
    const id = typeof resource["id"] === "string" ? ` ${resource["id"]}` : "";
    return texts.length > 0 ? [{ name: `${resource.type}${id}`, texts }] : [];
  });
}

function isResource(value: Json | undefined): value is JsonObject & { type: string } {
  return isJsonObject(value) && typeof value["type"] === "string";
}

/** Every text inside, keys that may be sentences too. */
function textsOf(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [...(PLAIN_KEY.test(key) ? [] : [key]), ...textsOf(inner)]);
}
