import type { Operation } from "../../src/catalog/operation.ts";
import { inputSchema } from "../../src/catalog/validation.ts";
import type { Json, JsonObject } from "../../src/lib/json.ts";
import type { Requests } from "./arguments.ts";
import { pathType } from "./live-ids.ts";
import { richest } from "./populate.ts";
import type { Answer, ResourceObject, Shop } from "./shop.ts";

/** A read with everything obligatory filled in, which single query parameters are put on. */
export interface ReadOf {
  operation: Operation;
  /** Path with its ids. */
  path: string;
  /** The obligatory part of the filter, if any. */
  filter: string | undefined;
  ask(query: Record<string, string>): Promise<Answer>;
  /** Goes where a link of an answer leads. */
  follow(link: string): Promise<Answer>;
}

/** How many wholes are looked at for the one with the most parts. */
const CANDIDATES = 8;

/** Prepares a read: ids of what there is, and of what has something to show. */
export async function readOf(whole: Shop, { idsFor, argsFor }: Requests, operation: Operation): Promise<ReadOf> {
  const shop = whole.as(operation.channel);
  const args = await argsFor(operation);
  const type = pathType(shop.operations, operation.path);
  if (type !== undefined && (operation.shape === "related" || operation.shape === "linkage")) {
    const own = Object.keys(args).find((name) => operation.args.some((arg) => arg.in === "path" && arg.name === name));
    const id = await richest(shop, operation.path, [String(args[own ?? "id"]), ...(await idsFor(operation).of(type)).slice(0, CANDIDATES)]);
    if (own !== undefined && id !== undefined) args[own] = id;
  }
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(args[name])));
  const filter = operation.filter?.required ? String(args["filter"]) : undefined;
  const required = Object.fromEntries(
    operation.args.flatMap(({ name, wire, in: place, fill, required }) =>
      place !== "query" || wire === "filter" ? [] : fill ? [[wire, shop.sandbox.accountId]] : required ? [[wire, String(args[name])]] : [],
    ),
  );
  const base = { ...required, ...(filter !== undefined && { filter }) };
  return {
    operation,
    path,
    filter,
    ask: (query) => shop.ask(path, { ...base, ...query }),
    follow: (link) => shop.call("GET", link.replace(shop.sandbox.url, "")),
  };
}

/** Values that a query parameter takes, where the catalog states them. */
export function statedValues(operation: Operation, wire: string): string[] {
  const arg = operation.args.find((one) => one.in === "query" && one.wire === wire);
  const schema = arg && inputSchema(operation).properties?.[arg.name];
  return (schema?.items?.enum ?? schema?.enum ?? []).map(String);
}

/** Value of an attribute by its dotted name; `id` is the id. */
export function attributeOf({ id, attributes = {} }: ResourceObject, name: string): Json | undefined {
  if (name === "id") return id;
  let here: Json | undefined = attributes;
  for (const part of name.split(".")) here = typeof here === "object" && here !== null ? (here as JsonObject)[part] : undefined;
  return here;
}

/** Numbers and times as numbers, texts as they are, so that two can be compared. */
export function comparable(value: Json | undefined): string | number | boolean | undefined {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return Date.parse(value);
  return typeof value === "object" ? undefined : value;
}
