import type { Operation } from "../catalog/operation.ts";
import type { WireRequest } from "../catalog/request.ts";
import { HalyardError } from "../lib/errors.ts";
import type { WriteResult } from "../klaviyo/client.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { Tables } from "../store/tables.ts";
import type { Caller, CallResult, GateParts } from "./call.ts";
import { credentialsOf } from "./credentials.ts";
import { assertStanding, decideCall } from "./decision.ts";
import type { Before } from "./before-image.ts";
import { endingOf, record } from "./outcome.ts";
import { keepAfter } from "./undo-after.ts";
import { keepBefore, type StepOf } from "./undo-keeping.ts";

/** One write on its way: the intent under which it goes, and whose call it is. */
export interface Departure {
  intentId: string;
  callId: string;
  approvalId: string | null;
  operation: Operation;
  request: WireRequest;
  digest: string;
  connection: ConnectionRow;
  caller: Caller;
  /** What was there before it. */
  before: Before;
  /** Set where it is a step of an undoing. */
  undoes?: StepOf | undefined;
}

/**
 * Step 6, inside the caller's transaction: the intent row and its audit row. What is not committed here cannot be sent:
 * {@link send} takes the departure that only a committed transaction hands out.
 */
export async function intend(parts: GateParts, tables: Tables, departure: Omit<Departure, "intentId">): Promise<Departure> {
  const { operation, connection, caller, callId, approvalId, digest } = departure;
  const intentId = parts.newId("intent");
  const at = parts.clock.now();
  await tables.intents.insert({
    id: intentId,
    call_id: callId,
    approval_id: approvalId,
    connection_id: connection.id,
    operation: operation.id,
    digest,
    retry_class: operation.effect.retry,
    request_sealed: null,
    answer_sealed: null,
    holder: parts.holder,
    created_at: at,
    status: "open",
    http_status: null,
    klaviyo_request_id: null,
    job_id: null,
    finished_at: null,
    evidence: null,
  });
  await tables.calls.update(callId, { intent_id: intentId, approval_id: approvalId, status: "sent" });
  await tables.audit.append({
    at,
    event: "intent",
    call_id: callId,
    agent_id: caller.agentId,
    connection_id: connection.id,
    fields: { intent: intentId, approval: approvalId, operation: operation.id, digest, retry_class: operation.effect.retry },
  });
  await keepBefore(parts, tables, departure);
  return { ...departure, intentId };
}

/** Steps 7 and 8: sends a departed write, once, and records how it ended. Never throws for what Klaviyo, the network or the store did. */
export async function send(parts: GateParts, departure: Departure): Promise<CallResult> {
  const result = await record(parts, departure, endingOf(departure, await sent(parts, departure)));
  await keepAfter(parts, departure, result);
  return result;
}

async function sent(parts: GateParts, departure: Departure): Promise<WriteResult> {
  const { intentId, operation, request, connection } = departure;
  try {
    const permit = (): Promise<void> => assertMayGo(parts, departure);
    return await parts.client.write(intentId, operation, request, await credentialsOf(parts, connection), { permit });
  } catch (thrown) {
    // Signing or building failed before anything could leave.
    const error = thrown instanceof HalyardError ? thrown : new HalyardError("internal", "The write could not be sent.", { cause: thrown });
    return { kind: "not_sent", error, attempts: 0 };
  }
}

/** A write may wait seconds for a free rate window: what was revoked or denied meanwhile does not go. */
async function assertMayGo(parts: GateParts, { operation, caller, approvalId }: Departure): Promise<void> {
  const connection = await assertStanding(parts.store, caller);
  const { verdict, because } = await decideCall(parts, operation, connection);
  if (verdict === "deny" || (verdict === "ask" && approvalId === null)) throw new HalyardError("denied", because);
}
