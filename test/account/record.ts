import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Operation } from "../../src/catalog/operation.ts";
import { isoMillis } from "../../src/lib/clock.ts";
import type { Json } from "../../src/lib/json.ts";
import { maskJson, maskLink } from "./mask.ts";

/** Exchanges of one kind are kept once, and so many kinds of an operation. */
const KINDS = 20;

export interface Exchange {
  method: string;
  /** Path and query as they went out. */
  path: string;
  request: Json | undefined;
  status: number;
  headers: Headers;
  answer: string;
  atMs: number;
  /** The `revision` that was asked for. */
  revision: string;
}

/** Headers that say something of the API and nothing of the account. */
const HEADERS = ["allow", "content-language", "content-type", "ratelimit-limit", "retry-after", "vary", "x-klaviyo-api-revision"];

/** Keeps what an account answered: one file per operation with date and revision, personal data masked. */
export function createRecorder(folder: string): (operation: Operation, exchange: Exchange) => void {
  const kept = new Map<string, Map<string, object>>();
  return (operation, { method, path, request, status, headers, answer, atMs, revision }) => {
    const exchanges = kept.get(operation.id) ?? new Map<string, object>();
    kept.set(operation.id, exchanges);
    const query = [...new URLSearchParams(path.split("?")[1])].map(([name]) => name).toSorted();
    const kind = `${status} ${query.join("&")} ${formOf(request)}`;
    if (exchanges.has(kind) || exchanges.size >= KINDS) return;
    const shown = HEADERS.flatMap((name) => (headers.has(name) ? [[name, headers.get(name)]] : []));
    exchanges.set(kind, {
      at: isoMillis(atMs),
      revision: headers.get("x-klaviyo-api-revision") ?? revision,
      method,
      path: maskLink(path),
      ...(request !== undefined && { request: maskJson(request) }),
      status,
      headers: Object.fromEntries(shown) as Record<string, string>,
      answer: maskedAnswer(answer),
    });
    mkdirSync(folder, { recursive: true });
    const file = { operation: operation.id, exchanges: [...exchanges.values()] };
    writeFileSync(join(folder, `${operation.id}.json`), `${JSON.stringify(file, null, 2)}\n`);
  };
}

function maskedAnswer(text: string): Json {
  if (text === "") return null;
  try {
    return maskJson(JSON.parse(text) as Json);
  } catch {
    return maskJson({ text });
  }
}

/** Names of everything in a body. */
function formOf(body: Json | undefined): string {
  const names = JSON.stringify(body ?? null).match(/"[^"]*":/g) ?? [];
  return [...new Set(names)].toSorted().join("");
}
