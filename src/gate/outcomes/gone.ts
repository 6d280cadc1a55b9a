import type { Tables } from "../../store/tables.ts";
import type { IntentRow } from "../../store/tables/intents.ts";
import type { GateParts } from "../call.ts";
import type { Departure } from "../dispatch.ts";
import type { CallContext } from "../prepare.ts";
import { isHeard } from "./hearing.ts";
import { forget } from "./looking.ts";
import { GONE, goneEnding, type Ending } from "./outcome.ts";
import { settle } from "./settle.ts";
import type { Standing } from "./standing.ts";
import { resultOf } from "./told.ts";

/**
 * What the same delete came to before, when what it is to delete is not there and the answer to that one was lost: it is done. Undefined where its end was told
 * already: then the thing is simply not there. In the transaction that would write the intent.
 */
export async function lostDelete(parts: GateParts, tables: Tables, context: CallContext): Promise<Standing | undefined> {
  const { caller, prepared, connection } = context;
  if (prepared.operation.shape !== "delete") return undefined;
  const last = await tables.calls.lastSent(caller.agentId, prepared.digest);
  parts.at("gone.last-sent");
  const lost = last?.intent_id ? await tables.intents.find(last.intent_id) : undefined;
  parts.at("gone.lost-found");
  if (!lost || !isUnheard(parts, lost)) return undefined;
  if (lost.status === "unknown") {
    await settle(parts, tables, lost, { event: "reconciled", end: { status: "done", evidence: GONE } });
    parts.at("gone.settled");
    await forget(parts, tables, lost.id);
    parts.at("gone.forgotten");
  }
  const ended = await tables.intents.find(lost.id);
  parts.at("gone.end-read");
  const result = ended && resultOf(parts, ended, { error_code: null }, connection, prepared.operation);
  if (!result || !("body" in result)) return undefined;
  await tables.intents.note(lost.id, { heard_by: parts.holder });
  return { result: { ...result, earlier: true }, intentId: lost.id };
}

/**
 * The same where nothing is read before: "not found" after a lost answer has found the work of that one. Never throws: without the store it stays what Klaviyo said.
 */
export async function asGone(parts: GateParts, departure: Departure, ending: Ending): Promise<Ending> {
  const { operation, connection, digest, intentId } = departure;
  const { status, http_status, klaviyo_request_id: requestId = null } = ending.end;
  if (operation.shape !== "delete" || status !== "rejected" || http_status !== 404) return ending;
  const same = await parts.store.intents.byDigest(connection.id, digest).catch((): IntentRow[] => []);
  parts.at("gone.same-found");
  const lost = same.find((one) => one.id !== intentId && isUnheard(parts, one));
  if (!lost) return ending;
  await parts.store.intents.note(lost.id, { heard_by: parts.holder }).catch(() => undefined);
  parts.at("gone.noted");
  return goneEnding(departure, requestId);
}

/** Its answer was lost: nobody knows its end yet, or it was found out by looking and not told. */
function isUnheard(parts: GateParts, intent: IntentRow): boolean {
  if (intent.status === "unknown") return true;
  return intent.status === "done" && intent.evidence !== null && !isHeard(parts, intent);
}
