import { mustFind, type Catalog } from "../../../catalog/catalog.ts";
import type { Operation } from "../../../catalog/operation.ts";
import { buildRequest, parseRequest, type WireRequest } from "../../../catalog/request.ts";
import { inputSchema } from "../../../catalog/validation.ts";
import type { Client } from "../../../klaviyo/client.ts";
import { readPages } from "../../../klaviyo/paging.ts";
import type { Credentials } from "../../../klaviyo/signing.ts";
import { parseIso } from "../../../lib/clock.ts";
import { HalyardError } from "../../../lib/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../lib/json.ts";
import { memberOf } from "./agree.ts";

/** A write that is looked for, and the means to look. */
export interface Search {
  operation: Operation;
  request: WireRequest;
  /** Flat arguments of the request. */
  args: JsonObject;
  /** The resource that the request wanted made. */
  wanted: JsonObject;
  /** What is older than this is not its work; epoch ms, with the margin for the account's clock. */
  sinceMs: number;
  /** Ids that were there before; null where nobody looked. */
  knownBefore: readonly string[] | null;
  reader: Reader;
}

export interface Found {
  id: string;
  row: JsonObject;
}

/**
 * `rows`: things that look like the work of the write, oldest first; `isSure` when all there is was seen and nothing is doubtful. `state`: whether the
 * account is as the write wanted it; undefined when that cannot be told.
 */
export type Finding =
  | { kind: "rows"; rows: Found[]; isSure: boolean; read: string }
  | { kind: "state"; holds: boolean | undefined; read: string };

export type Finder = (search: Search) => Promise<Finding>;

export interface Reader {
  accountId: string;
  /** The primary data of one read; undefined where there is no such thing. */
  item(operationId: string, args: JsonObject): Promise<JsonObject | undefined>;
  /** Page after page, newest first where the read can, until `enough` or the bound; `isWhole` when nothing was left unread. */
  rows(operationId: string, args: JsonObject, enough?: (row: JsonObject) => boolean): Promise<{ rows: JsonObject[]; isWhole: boolean }>;
}

/** Looking is bounded: what is beyond so many pages stays unknown. */
const MAX_PAGES = 20;

const NEWEST_FIRST = ["-created", "-created_at", "-updated_at", "-datetime"];

export function createReader(parts: { catalog: Catalog; client: Client }, credentials: Credentials, signal?: AbortSignal): Reader {
  const { catalog, client } = parts;
  const fills = { account_id: credentials.accountId };
  return {
    accountId: credentials.accountId,
    async item(operationId, args) {
      const operation = mustFind(catalog, operationId);
      try {
        const { body } = await client.read(operation, buildRequest(operation, named(operation, args), fills), credentials, signal);
        return memberOf(body, "data");
      } catch (thrown) {
        if (thrown instanceof HalyardError && thrown.code === "not_found") return undefined;
        throw thrown;
      }
    },
    async rows(operationId, args, enough) {
      const operation = mustFind(catalog, operationId);
      const sort = inputSchema(operation).properties?.["sort"]?.enum?.find((value) => NEWEST_FIRST.includes(String(value)));
      const size = operation.page?.size;
      const request = buildRequest(
        operation,
        { ...(sort !== undefined && { sort }), ...(size && { [argOf(operation, size.name)]: size.max }), ...named(operation, args) },
        fills,
      );
      const rows: JsonObject[] = [];
      let isWhole = true;
      const bounds = { maxRows: MAX_PAGES * (size?.max ?? 100), maxPages: MAX_PAGES };
      for await (const page of readPages(client, operation, request, credentials, bounds, signal)) {
        const objects = page.rows.filter(isJsonObject);
        rows.push(...objects);
        isWhole = !page.hasMore;
        const isEnough = sort !== undefined && enough !== undefined && objects.some(enough);
        if (isEnough) return { rows, isWhole: true };
      }
      return { rows, isWhole };
    },
  };
}

/** Arguments under the names that a read has for them: ids of jobs are called `job_id`. */
function named(operation: Operation, { id, ...rest }: JsonObject): JsonObject {
  const path = operation.args.find((arg) => arg.in === "path");
  return id === undefined ? rest : { ...rest, [path?.name ?? "id"]: id };
}

function argOf(operation: Operation, wire: string): string {
  return operation.args.find((arg) => arg.wire === wire)?.name ?? wire;
}

/** The search for one request. */
export function searchOf(
  operation: Operation,
  request: WireRequest,
  about: { sinceMs: number; knownBefore: readonly string[] | null; reader: Reader },
): Search {
  return { operation, request, args: parseRequest(operation, request), wanted: memberOf(request.body, "data"), ...about };
}

/** When a row says that it was made, or else last changed. Undefined for kinds that say no time. */
export function timeOf(row: JsonObject): number | undefined {
  const attributes = memberOf(row, "attributes");
  for (const name of ["created", "created_at", "updated", "updated_at"]) {
    const value = attributes[name];
    const atMs = typeof value === "string" ? parseIso(value) : undefined;
    if (atMs !== undefined) return atMs;
  }
  return undefined;
}

export function textAt(object: JsonObject, name: string): string | undefined {
  const value: Json | undefined = object[name];
  return typeof value === "string" ? value : undefined;
}
