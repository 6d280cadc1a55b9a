import type { Catalog } from "../catalog/catalog.ts";
import { isWrite, type Operation } from "../catalog/operation.ts";
import type { WireRequest } from "../catalog/request.ts";

/** Fits the form of an id and of no resource's real ids. */
const NO_SUCH_ID = "halyard-no-such-id";

/** Scopes that some stable operation needs, sorted. */
export function stableScopes(catalog: Catalog): string[] {
  return [...new Set(catalog.operations.filter(isProbeable).flatMap(({ scopes }) => scopes))].toSorted();
}

/**
 * The cheapest operation that tells whether the key has a scope, all others that it needs being granted already; undefined when there is none.
 * Reads: a collection before an item, a small page before a fixed one. Writes: one that must have a body, least risk first, then without a daily limit.
 */
export function probeFor(catalog: Catalog, scope: string, granted: ReadonlySet<string>): Operation | undefined {
  const wantsWrite = scope.endsWith(":write");
  const candidates = catalog.operations.filter(
    (operation) =>
      isProbeable(operation) &&
      operation.scopes.includes(scope) &&
      operation.scopes.every((other) => other === scope || granted.has(other)) &&
      (wantsWrite ? canProbeWrite(operation) : canProbeRead(operation)),
  );
  return candidates.toSorted((a, b) => compare(rank(a), rank(b)))[0];
}

const isProbeable = (operation: Operation): boolean => operation.channel === "stable" && operation.auth === "key";

/** A write that Klaviyo cannot run without a body. Erasure and the like (risk 5) are not touched even so: that scope stays untold. */
export function canProbeWrite(operation: Operation): boolean {
  const { auth, body, effect } = operation;
  return auth === "key" && isWrite(operation) && effect.risk < 5 && body?.required === true && body.mediaType === "json";
}

function canProbeRead(operation: Operation): boolean {
  return operation.method === "GET" && !isWrite(operation) && operation.args.every((arg) => !arg.required || arg.in === "path");
}

function rank(operation: Operation): number[] {
  const hasPath = operation.path.includes("{");
  return [
    operation.scopes.length,
    operation.effect.risk,
    Number(operation.limits.perDay !== undefined),
    Number(hasPath),
    Number(!operation.page?.size),
    -operation.limits.perMinute,
  ];
}

function compare(a: number[], b: number[]): number {
  const differs = a.findIndex((value, i) => value !== b[i]);
  return differs === -1 ? 0 : (a[differs] ?? 0) - (b[differs] ?? 0);
}

/** One row, or an item that cannot exist. */
export function readProbe(operation: Operation): WireRequest {
  const query: WireRequest["query"] = operation.page?.size ? [[operation.page.size.name, String(operation.page.size.min)]] : [];
  return { ...bare(operation), query };
}

/**
 * The only request on a write's path that leaves without an intent, which is why it takes no arguments: the body is `{}`, the id, if the path has
 * one, does not exist. Every such operation requires `data`, so Klaviyo must refuse it whether or not the key has the scope (assumed).
 */
export function writeProbe(operation: Operation): WireRequest {
  return { ...bare(operation), body: {} };
}

function bare(operation: Operation): WireRequest {
  const path = operation.path.replaceAll(/\{\w+\}/g, NO_SUCH_ID);
  return { operation: operation.id, revision: operation.revision, method: operation.method, path, query: [], body: null, files: {} };
}
