import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Operation } from "../../src/catalog/operation.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/lib/json.ts";
import type { Requests } from "./arguments.ts";
import { pathType } from "./live-ids.ts";
import type { Shop } from "./shop.ts";

/** One exchange with a real account. Recorded success statuses are all 200: documents say which it was. */
export interface Exchange {
  method: string;
  path: string;
  params?: Record<string, string | number>;
  data?: Json;
  headers?: Record<string, string>;
  response: Json;
}

const FOLDER = new URL("../../../shared/klaviyo/recorded/", import.meta.url);

/** The recorded exchanges by file name; `undefined` where they are not at hand: they are no part of this repository. */
export function recordedExchanges(): [name: string, exchange: Exchange][] | undefined {
  if (!existsSync(FOLDER)) return undefined;
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  return files.toSorted().flatMap((name) => {
    const exchanges = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as Exchange[];
    return exchanges.map((exchange, at): [string, Exchange] => [`${name.replace(".json", "")} ${at + 1}`, exchange]);
  });
}

export function operationOf(operations: Operation[], { method, path }: Exchange): Operation | undefined {
  const fits = (template: string): boolean => new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path);
  return operations.find((operation) => operation.method === method && fits(operation.path));
}

const ID_MEMBERS: Record<string, string> = { metric_id: "metric", included: "list" };

/** The same request of this account: ids of its own, texts that are not taken. */
export async function inKind(shop: Shop, { idsFor }: Requests, exchange: Exchange, serial: number): Promise<Exchange> {
  const ids = idsFor({ channel: "stable" });
  const operation = operationOf(shop.operations, exchange);
  const type = pathType(shop.operations, operation?.path ?? "");
  const isRead = exchange.method === "GET";
  const id = type === undefined ? "" : isRead ? await ids.one(type) : await ids.fresh(type);
  const path = (operation?.path ?? exchange.path).replace(/\{\w+\}/, encodeURIComponent(id));
  const replaced = async (value: Json, name: string): Promise<Json> => {
    if (Array.isArray(value)) {
      const items: Json[] = [];
      for (const one of value) items.push(await replaced(one, name));
      return items;
    }
    if (isJsonObject(value)) return members(value);
    const named = ID_MEMBERS[name];
    if (named !== undefined) return ids.one(named);
    if (typeof value !== "string" || !["name", "external_id", "unique_code", "email"].includes(name)) return value;
    return name === "email" ? value.replace("@", `${serial}@`) : `${value}${serial}`;
  };
  const members = async (value: JsonObject): Promise<JsonObject> => {
    const copy: JsonObject = {};
    for (const [name, one] of Object.entries(value)) copy[name] = await replaced(one, name);
    const { type: kind, id: old } = value;
    if (typeof kind === "string" && typeof old === "string") copy["id"] = kind === type ? id : await identify(kind);
    return copy;
  };
  const identify = async (kind: string): Promise<string> => (kind === "campaign-message" ? ids.fresh(kind) : ids.one(kind));
  const params = { ...exchange.params };
  if (params["page[cursor]"] !== undefined) params["page[cursor]"] = await secondPage(shop, path, params);
  // Filters of recorded requests name what their account had.
  if (typeof params["filter"] === "string" && params["filter"].includes("coupon.id"))
    params["filter"] = `equals(coupon.id,"${await ids.one("coupon")}")`;
  return { ...exchange, path, params, ...(exchange.data !== undefined && { data: await replaced(exchange.data, "") }) };
}

/** Cursors of another account mean nothing here. */
async function secondPage(shop: Shop, path: string, params: Record<string, string | number>): Promise<string> {
  const { "page[cursor]": _, ...query } = params;
  const { body } = await shop.ask(path, Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])));
  const { next } = (body?.["links"] ?? {}) as { next?: string };
  return new URL(next ?? shop.sandbox.url).searchParams.get("page[cursor]") ?? "";
}
