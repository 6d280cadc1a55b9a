import { isJsonObject, type Json } from "../../src/lib/json.ts";
import { RUN_NAME } from "./permit.ts";

/** Attributes that name a thing, or tell it from others. */
const NAMING = ["name", "title", "external_id", "unique_code", "email"];

/** Those that name a person wherever they stand. */
const IDENTIFYING = ["external_id", "email"];

/** What a filter says of a name as a whole or of its beginning. */
const NAMED_IN_FILTER = /\b(equals|any|starts-with)\((name|title|external_id|email),[^()]*\)/g;

/**
 * Names between the tests, which say what they like, and the account, where whatever they make is called `halyard-test-<run>-…`: put on on
 * the way out, in bodies, filters and ids, and taken off on the way back.
 */
export interface Names {
  readonly prefix: string;
  /** Begins anew: what an earlier test left behind does not have the names of the next one. */
  next(): void;
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
  const every = new RegExp(`${RUN_NAME}${run}-\\d+-`, "g");
  let round = 1;
  const prefix = (): string => `${RUN_NAME}${run}-${round}-`;
  const bare = (text: string): string => text.replaceAll(every, "");
  const idOf = new Map<string, string>();
  const put = (text: string): string => (text.startsWith(RUN_NAME) ? text : prefix() + text);
  /** A name, or several. */
  const named = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(named);
    return typeof value === "string" && value.trim() !== "" ? put(value) : out(value, true);
  };
  const out = (body: Json, isNamed: boolean): Json => {
    if (Array.isArray(body)) return body.map((one) => out(one, isNamed));
    if (!isJsonObject(body)) return body;
    // A metric is named by what happened: under another name it would be another one.
    const hasNames = isNamed && body["type"] !== "metric";
    return Object.fromEntries(
      Object.entries(body).map(([key, value]) => {
        if (key === "id" && typeof value === "string") return [key, idOf.get(value) ?? value];
        if (isNamed && IDENTIFYING.includes(key)) return [key, named(value)];
        return [key, hasNames && key === "attributes" && isJsonObject(value) ? attributesOut(value) : out(value, isNamed)];
      }),
    );
  };
  const attributesOut = (attributes: Record<string, Json>): Json =>
    Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, NAMING.includes(key) ? named(value) : out(value, true)]));
  const filterOut = (filter: string): string =>
    filter
      .replaceAll(/(["'])(.*?)\1/g, (_, quote: string, text: string) => quote + (idOf.get(text) ?? text) + quote)
      .replaceAll(NAMED_IN_FILTER, (condition) =>
        condition.replaceAll(/(["'])(.+?)\1/g, (_, quote: string, text: string) => quote + put(text) + quote),
      );
  return {
    get prefix() {
      return prefix();
    },
    next() {
      round++;
    },
    bodyOut: (body) => out(body, true),
    idsOut: (body) => out(body, false),
    pathOut(path) {
      const [place = "", query] = path.split(/\?(.*)/s);
      const parts = place.split("/").map((part) => {
        const id = idOf.get(decodeURIComponent(part));
        return id === undefined ? part : encodeURIComponent(id);
      });
      if (query === undefined) return parts.join("/");
      const pairs = query.split("&").map((pair) => {
        const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
        if (name !== "filter") return pair;
        const filter = decodeURIComponent(value.replaceAll("+", " "));
        const changed = filterOut(filter);
        return changed === filter ? pair : `${name}=${encodeURIComponent(changed)}`;
      });
      return `${parts.join("/")}?${pairs.join("&")}`;
    },
    textIn: bare,
    learn(id) {
      if (bare(id) !== id) idOf.set(bare(id), id);
    },
  };
}
