import type { Operation } from "../catalog/operation.ts";
import type { WireRequest } from "../catalog/request.ts";
import { HalyardError } from "../lib/errors.ts";
import type { WriteResult } from "../klaviyo/client.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { Tables } from "../store/tables.ts";
import type { Caller, CallResult, GateParts } from "./call.ts";
import { credentialsOf } from "./credentials.ts";
import { assertStanding, decideCall } from "./decision.ts";
import { assertMaySend } from "./fence.ts";
import { endingOf, record } from "./outcome.ts";
import { idsBefore } from "./known-before.ts";
import { sealRequest } from "./sealed-request.ts";

/** One write on its way: the intent under which it goes, and whose call it is. */
export interface Departure {
  intentId: string;
  /** How many intents there have been, this one included. */
  number: number;
  callId: string;
  approvalId: string | null;
  operation: Operation;
  request: WireRequest;
  digest: string;
  connection: ConnectionRow;
  caller: Caller;
  /** Whether the one who asked waits for the outcome in this process. */
  isAwaited: boolean;
}

/**
 * Step 6, inside the caller's transaction: the intent row and its audit row. What is not committed here cannot be sent:
 * {@link send} takes the departure that only a committed transaction hands out. Throws where this process may send nothing (fence.ts).
 */
export async function intend(parts: GateParts, tables: Tables, departure: Omit<Departure, "intentId" | "number">): Promise<Departure> {
  const { operation, request, connection, caller, callId, approvalId, digest } = departure;
  await assertMaySend(tables, parts.fence);
  parts.at("intent.fence-read");
  const intentId = parts.newId("intent");
  const at = parts.clock.now();
  const number = await tables.fence.count();
  parts.at("intent.counted");
  await tables.intents.insert({
    id: intentId,
    call_id: callId,
    approval_id: approvalId,
    connection_id: connection.id,
    operation: operation.id,
    digest,
    retry_class: operation.effect.retry,
    request_sealed: sealRequest(parts, connection, intentId, operation, request),
    answer_sealed: null,
    holder: parts.holder,
    created_at: at,
    status: "open",
    http_status: null,
    klaviyo_request_id: null,
    job_id: null,
    finished_at: null,
    evidence: null,
    heard_by: departure.isAwaited ? parts.holder : null,
  });
  parts.at("intent.inserted");
  await tables.calls.update(callId, { intent_id: intentId, approval_id: approvalId, status: "sent" });
  parts.at("intent.call-noted");
  await tables.audit.append({
    at,
    event: "intent",
    call_id: callId,
    agent_id: caller.agentId,
    connection_id: connection.id,
    fields: { intent: intentId, approval: approvalId, operation: operation.id, digest, retry_class: operation.effect.retry },
  });
  parts.at("intent.audited");
  return { ...departure, intentId, number };
}

/** Steps 7 and 8: sends a departed write, once, and records how it ended. Never throws for what Klaviyo, the network or the store did. */
export async function send(parts: GateParts, departure: Departure): Promise<CallResult> {
  const result = await sent(parts, departure);
  parts.at("send.over");
  return record(parts, departure, endingOf(parts, departure, result));
}

async function sent(parts: GateParts, departure: Departure): Promise<WriteResult> {
  const { intentId, number, operation, request, connection } = departure;
  try {
    parts.fence.mark.raise(number);
    parts.at("send.marked");
    const credentials = await credentialsOf(parts, connection);
    parts.at("send.credentials");
    const known = await idsBefore(parts, operation, request, credentials);
    parts.at("send.known-before");
    if (known) await parts.store.intents.note(intentId, { known_before: JSON.stringify(known) });
    parts.at("send.known-noted");
    const permit = (): Promise<void> => assertMayGo(parts, departure);
    const result = await parts.client.write(intentId, operation, request, credentials, { permit, at: parts.at });
    parts.at("send.answered");
    return result;
  } catch (thrown) {
    // Signing or building failed before anything could leave.
    const error = thrown instanceof HalyardError ? thrown : new HalyardError("internal", "The write could not be sent.", { cause: thrown });
    return { kind: "not_sent", error, attempts: 0 };
  }
}

/**
 * Asked right before each attempt leaves, for a write may wait seconds for a free rate window, or minutes in a process that was put to sleep: what was
 * revoked, denied or stopped meanwhile does not go, and neither does what another process has given up as unknown.
 */
async function assertMayGo(parts: GateParts, { intentId, operation, caller, approvalId }: Departure): Promise<void> {
  const connection = await assertStanding(parts.store, caller);
  parts.at("send.assert-standing");
  const { verdict, because } = await decideCall(parts, operation, connection);
  parts.at("send.decide-call");
  if (verdict === "deny" || (verdict === "ask" && approvalId === null)) throw new HalyardError("denied", because);
  await assertMaySend(parts.store, parts.fence);
  parts.at("send.assert-may-send");
  const intent = await parts.store.intents.find(intentId);
  if (intent?.status !== "open")
    throw new HalyardError("conflict", "Another process has given this write up, because it took too long to leave.", {
      hint: "Call again if it is still wanted.",
    });
  parts.at("send.permitted");
}
