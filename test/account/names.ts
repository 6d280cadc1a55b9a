import { isJsonObject, type Json } from "../../src/lib/json.ts";
import { RUN_NAME } from "./permit.ts";

/** Attributes that name a thing, or tell it from others. */
const NAMING = ["name", "title", "external_id", "unique_code", "email"];

/**
 * Names between the tests, which say what they like, and the account, where whatever they make is called `halyard-test-<run>-…`: put on on
 * the way out, in bodies, filters and ids, and taken off on the way back.
 */
export interface Names {
  prefix: string;
  /** A body with the names of what it makes, and the ids of what the run made. */
  bodyOut(body: Json): Json;
  /** A body with the ids alone. */
  idsOut(body: Json): Json;
  /** Path and query with the ids and names of what the run made. */
  pathOut(path: string): string;
  /** Text of an answer as the test expects it. */
  textIn(text: string): string;
  /** Notes an id of the account's that the test will know without the prefix. */
  learn(id: string): void;
}

export function createNames(run: string): Names {
  const prefix = `${RUN_NAME}${run}-`;
  const bare = (text: string): string => text.replaceAll(prefix, "");
  const idOf = new Map<string, string>();
  const put = (text: string): string => (text.startsWith(prefix) ? text : prefix + text);
  const out = (body: Json, isNamed: boolean): Json => {
    if (Array.isArray(body)) return body.map((one) => out(one, isNamed));
    if (!isJsonObject(body)) return body;
    // A metric is named by what happened: under another name it would be another one.
    const named = isNamed && body["type"] !== "metric" && isJsonObject(body["attributes"] ?? null);
    return Object.fromEntries(
      Object.entries(body).map(([key, value]) => {
        if (key === "id" && typeof value === "string") return [key, idOf.get(value) ?? value];
        return [key, named && key === "attributes" && isJsonObject(value) ? attributesOut(value) : out(value, isNamed)];
      }),
    );
  };
  const attributesOut = (attributes: Record<string, Json>): Json =>
    Object.fromEntries(
      Object.entries(attributes).map(([key, value]) => [
        key,
        NAMING.includes(key) && typeof value === "string" && value !== "" ? put(value) : out(value, true),
      ]),
    );
  return {
    prefix,
    bodyOut: (body) => out(body, true),
    idsOut: (body) => out(body, false),
    pathOut(path) {
      const [place = "", query] = path.split(/\?(.*)/s);
      const parts = place.split("/").map((part) => {
        const id = idOf.get(decodeURIComponent(part));
        return id === undefined ? part : encodeURIComponent(id);
      });
      if (query === undefined) return parts.join("/");
      const filtered = query.replaceAll(/(%22|%27|"|')(.*?)\1/g, (all, quote: string, text: string) => {
        const id = idOf.get(decodeURIComponent(text));
        return id === undefined ? all : quote + encodeURIComponent(id) + quote;
      });
      const named = filtered.replaceAll(
        /((?:equals|starts-with)(?:\(|%28)(?:name|title|external_id|email)(?:,|%2C)(?:%20)?(?:%22|%27|"|'))(?!halyard-test-)/gi,
        `$1${prefix}`,
      );
      return `${parts.join("/")}?${named}`;
    },
    textIn: bare,
    learn(id) {
      if (bare(id) !== id) idOf.set(bare(id), id);
    },
  };
}
