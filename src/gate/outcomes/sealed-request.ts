import { mustFind } from "../../catalog/catalog.ts";
import type { Operation } from "../../catalog/operation.ts";
import type { WireRequest } from "../../catalog/request.ts";
import { canonicalJson, type Json } from "../../lib/json.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { IntentRow } from "../../store/tables/intents.ts";
import type { GateParts } from "../call.ts";

/** Seals what an intent sends, so that what became of it can be looked up later. */
export function sealRequest(
  parts: GateParts,
  connection: ConnectionRow,
  intentId: string,
  operation: Operation,
  request: WireRequest,
): string {
  return parts.vault.seal(
    canonicalJson(JSON.parse(JSON.stringify({ request, effect: operation.effect })) as Json),
    contextOf(connection, intentId),
  );
}

/** The request of an intent with its operation and effect; undefined once it is no longer kept. */
export function openRequest(
  parts: GateParts,
  connection: ConnectionRow,
  intent: IntentRow,
): { operation: Operation; request: WireRequest } | undefined {
  if (intent.request_sealed === null) return undefined;
  const opened = parts.vault.open(intent.request_sealed, contextOf(connection, intent.id)).reveal();
  const { request, effect } = JSON.parse(opened) as { request: WireRequest; effect: Operation["effect"] };
  return { operation: { ...mustFind(parts.catalog, intent.operation), effect }, request };
}

function contextOf(connection: ConnectionRow, intentId: string) {
  return { connection: connection.id, account: connection.account_id, purpose: `intent:${intentId}`, version: 1 };
}
