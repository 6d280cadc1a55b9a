import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Operation } from "./operation.ts";

export interface Catalog {
  /** Every operation, stable ones first, in the vendor's order. */
  operations: readonly Operation[];
  /** Finds by operation id, byte-exact. */
  find(id: string): Operation | undefined;
  /** SHA-256 of the compiled operations, hex: approvals are bound to it. */
  hash: string;
}

let loaded: Catalog | undefined;

/** The compiled catalog; read from disk at the first call. */
export function loadCatalog(): Catalog {
  loaded ??= readCatalog();
  return loaded;
}

function readCatalog(): Catalog {
  const text = readGenerated("operations.json");
  const operations = JSON.parse(text) as Operation[];
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  return { operations, find: (id) => byId.get(id), hash: createHash("sha256").update(text).digest("hex") };
}

/** Text of a generated file. They lie beside this module in the sources and beside the bundle once built. */
export function readGenerated(name: "operations.json" | "schemas.json" | "answers.json" | "actions.json"): string {
  return readFileSync(new URL(`./generated/${name}`, import.meta.url), "utf8");
}

/** Gets an operation that must exist: for ids written in our own code. */
export function mustFind(catalog: Catalog, id: string): Operation {
  const operation = catalog.find(id);
  if (!operation) throw new Error(`The catalog has no operation ${id}`);
  return operation;
}
