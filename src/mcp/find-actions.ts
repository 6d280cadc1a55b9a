import type { Catalog } from "../catalog/catalog.ts";
import { isWrite, type Operation } from "../catalog/operation.ts";
import { searchActions } from "../catalog/search.ts";
import type { JsonObject } from "../lib/json.ts";

/** Up to 8 actions that fit a request in plain words, best first. */
export function findActions(catalog: Catalog, query: string): JsonObject {
  const found = searchActions(catalog, query);
  if (found.length === 0)
    return { actions: [], next: "Nothing fits. Use Klaviyo's nouns (profile, list, segment, campaign, flow, metric, event …) and a verb." };
  return { actions: found.map(entryOf), next: "describe_action tells the arguments; then call read or write." };
}

function entryOf(operation: Operation): JsonObject {
  return {
    action: operation.id,
    summary: operation.summary,
    effect: effectText(operation),
    required: operation.args.filter(({ required, fill }) => required && fill === undefined).map(({ name }) => name),
  };
}

/** "read", or "write, risk n": also which of the two tools runs it. */
export function effectText(operation: Operation): string {
  return isWrite(operation) ? `write, risk ${operation.effect.risk}` : "read";
}
