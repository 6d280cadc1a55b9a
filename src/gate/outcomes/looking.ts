import type { Operation } from "../../catalog/operation.ts";
import type { WireRequest } from "../../catalog/request.ts";
import type { Tables } from "../../store/tables.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { IntentRow } from "../../store/tables/intents.ts";
import type { LookRow } from "../../store/tables/looks.ts";
import type { GateParts } from "../call.ts";
import { nextLookAt } from "./look-times.ts";
import type { Finding, Found, Reader } from "./reconcile/sighting.ts";

/** What a look works with. */
export interface Looking {
  look: LookRow;
  intent: IntentRow;
  connection: ConnectionRow;
  operation: Operation;
  request: WireRequest;
  reader: Reader;
}

/** What was found and is not on record as the work of another intent. */
export async function unclaimed(tables: Tables, intent: IntentRow, finding: Finding): Promise<Found[]> {
  if (finding.kind === "state") return [];
  const made = await tables.intents.madeOf(
    intent.connection_id,
    finding.rows.map(({ id }) => id),
  );
  return finding.rows.filter(({ id }) => !made.has(id));
}

/** The next look, or the end of looking. An outcome that stays unknown to the end is the owner's to find out. */
export async function postpone(parts: GateParts, tables: Tables, look: LookRow): Promise<void> {
  const next = nextLookAt(look.since, parts.clock.now(), parts.limits);
  if (next === undefined) return forget(parts, tables, look.intent_id);
  await tables.looks.postpone(look.intent_id, next);
  parts.at("look.postponed");
}

/** Nothing is left to look up, so what was sent is no longer kept. */
export async function forget(parts: GateParts, tables: Tables, intentId: string): Promise<void> {
  await tables.looks.remove(intentId);
  parts.at("looking.looks-remove");
  await tables.intents.note(intentId, { request_sealed: null });
}
