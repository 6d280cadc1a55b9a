import { createHash } from "node:crypto";
import type { Position } from "../state/order.ts";
import { refuse } from "./refusal.ts";
import type { ApiRequest } from "./request.ts";

export interface Cursor {
  position: Position;
  /** Whether the page lies after the position; before it otherwise. */
  forward: boolean;
}

/** Base64 of `[key, "id", forward, mark]`: the observed form (behaviour.md §1.7) plus a mark of the question it belongs to. */
export function formatCursor(request: ApiRequest, { position, forward }: Cursor): string {
  const { key, id } = position;
  return Buffer.from(`[${[key, id, forward, markOf(request)].map((part) => JSON.stringify(part)).join(", ")}]`).toString("base64");
}

/** Reads a cursor. One that is damaged, or was given for another path, filter or sort, is refused (assumed: the vendor does not say). */
export function parseCursor(request: ApiRequest, text: string): Cursor {
  const parts = decode(text);
  const [key, id, forward, mark] = Array.isArray(parts) ? (parts as unknown[]) : [];
  const isKey = key === null || typeof key === "string" || typeof key === "number" || typeof key === "boolean";
  if (!isKey || typeof id !== "string" || typeof forward !== "boolean" || mark !== markOf(request))
    refuse("invalid", "Invalid cursor provided.");
  return { position: { key, id }, forward };
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64").toString("utf8"));
  } catch {
    return undefined;
  }
}

function markOf({ operation, params, query }: ApiRequest): string {
  const question = [operation.path, params, query.filter, query.sort ?? ""];
  return createHash("sha256").update(JSON.stringify(question)).digest("hex").slice(0, 8);
}
