import type { Operation } from "../catalog/operation.ts";
import type { WireRequest } from "../catalog/request.ts";
import { HalyardError } from "../lib/errors.ts";
import { isJsonObject, type Json } from "../lib/json.ts";
import type { Client } from "./client.ts";
import type { Answer } from "./answer.ts";
import type { Credentials } from "./signing.ts";

/** Query names under which Klaviyo's operations carry a cursor. */
const CURSOR_NAMES = ["page[cursor]", "page_cursor"];

/** The cursor in an answer's `links.next`, null on the last page. Only the cursor is taken: the link's host and path are never followed. */
export function nextCursor(body: Json | null): string | null {
  const next = nextLink(body);
  const params = new URLSearchParams(next?.includes("?") ? next.slice(next.indexOf("?")) : "");
  const cursor = CURSOR_NAMES.map((name) => params.get(name)).find((value) => value !== null);
  return cursor === undefined || cursor === null || cursor === "" ? null : cursor;
}

function nextLink(body: Json | null): string | null {
  const links = isJsonObject(body) ? body["links"] : undefined;
  const next = isJsonObject(links) ? links["next"] : undefined;
  return typeof next === "string" && next !== "" ? next : null;
}

export interface Page {
  /** Primary data of this page, cut so that all pages together have at most `maxRows`. */
  rows: Json[];
  included: Json[];
  answer: Answer;
  /** Whether Klaviyo has more than was given so far. */
  hasMore: boolean;
}

/** Reads page after page until the last one or a bound. A next link without a cursor, or with the same one again, is `answer_malformed`. */
export async function* readPages(
  client: Pick<Client, "read">,
  operation: Operation,
  request: WireRequest,
  credentials: Credentials,
  bounds: { maxRows: number; maxPages: number },
  signal?: AbortSignal,
): AsyncGenerator<Page> {
  let cursor: string | null = null;
  let leftRows = bounds.maxRows;
  for (let pages = 1; pages <= bounds.maxPages && leftRows > 0; pages++) {
    const answer: Answer = await client.read(
      operation,
      cursor === null ? request : withCursor(operation, request, cursor),
      credentials,
      signal,
    );
    const rows = listOf(answer.body, "data");
    const next: string | null = nextCursor(answer.body);
    if (next === null ? nextLink(answer.body) !== null : next === cursor) {
      throw new HalyardError("answer_malformed", `Klaviyo's answer to ${operation.id} has a next page that cannot be asked for.`);
    }
    yield {
      rows: rows.slice(0, leftRows),
      included: listOf(answer.body, "included"),
      answer,
      hasMore: next !== null || rows.length > leftRows,
    };
    if (next === null) return;
    leftRows -= rows.length;
    cursor = next;
  }
}

function listOf(body: Json | null, member: "data" | "included"): Json[] {
  const value = isJsonObject(body) ? body[member] : undefined;
  return Array.isArray(value) ? value : [];
}

function withCursor(operation: Operation, request: WireRequest, cursor: string): WireRequest {
  const name = operation.page?.cursor ?? "page[cursor]";
  return { ...request, query: [...request.query.filter(([wire]) => wire !== name), [name, cursor]] };
}
