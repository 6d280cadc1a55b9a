import type { Operation } from "../catalog/operation.ts";
import type { WireRequest } from "../catalog/request.ts";
import { errorReport } from "../lib/errors.ts";
import { canonicalJson, type Json } from "../lib/json.ts";
import type { WriteResult } from "../klaviyo/client.ts";
import { failureOf } from "../klaviyo/failures.ts";
import type { Tables } from "../store/tables.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { IntentEnd } from "../store/tables/intents.ts";
import type { CallResult, Caller, GateParts, NotDone, Ran } from "./call.ts";
import { credentialsOf } from "./credentials.ts";
import { answerContext, howToCheck } from "./told.ts";

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
}

/** An answer longer than this is not kept for later telling. */
const MAX_KEPT_ANSWER_BYTES = 256 * 1024;

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
  return { ...departure, intentId };
}

/** Steps 7 and 8: sends a departed write, once, and records how it ended. Never throws for what Klaviyo or the network did. */
export async function send(parts: GateParts, departure: Departure): Promise<CallResult> {
  const { intentId, operation, request, connection } = departure;
  let result: WriteResult;
  try {
    result = await parts.client.write(intentId, operation, request, await credentialsOf(parts, connection));
  } catch (thrown) {
    // Signing or building failed before anything could leave.
    await record(parts, departure, { status: "not_sent" }, "failed", null, errorReport(thrown).code);
    return { ...ending(departure), status: "failed", error: errorReport(thrown) };
  }
  return recordResult(parts, departure, result);
}

async function recordResult(parts: GateParts, departure: Departure, result: WriteResult): Promise<CallResult> {
  if (result.kind === "not_sent") {
    await record(parts, departure, { status: "not_sent" }, "failed", null, result.error.code);
    return { ...ending(departure), status: "failed", error: errorReport(result.error) };
  }
  if (result.kind === "unknown" && result.answer?.status === 404 && departure.operation.method === "DELETE") {
    // The answer to an earlier attempt was lost; that there is nothing left to delete is the answer.
    await record(
      parts,
      departure,
      { status: "done", http_status: 404, klaviyo_request_id: result.answer.requestId, evidence: "gone when asked again" },
      "done",
      null,
      null,
    );
    return { ...ending(departure), status: "done", http_status: 404, body: null };
  }
  if (result.kind === "unknown") {
    await record(parts, departure, { status: "unknown" }, "unknown", null, result.error.code);
    return unknownResult(departure, errorReport(result.error));
  }
  const { status, requestId, body } = result.answer;
  const failure = failureOf(departure.operation, result.answer);
  if (failure) {
    await record(
      parts,
      departure,
      { status: "rejected", http_status: status, klaviyo_request_id: requestId },
      "rejected",
      null,
      failure.code,
    );
    return { ...ending(departure), status: "rejected", error: errorReport(failure) };
  }
  const ended = status === 202 ? "accepted" : "done";
  await record(parts, departure, { status: ended, http_status: status, klaviyo_request_id: requestId }, ended, body, null);
  return { ...ending(departure), status: ended, http_status: status, body };
}

/** The outcome goes on the record in one transaction: intent, call, audit. */
async function record(
  parts: GateParts,
  departure: Departure,
  end: IntentEnd,
  status: Ran["status"] | NotDone["status"],
  body: Json | null,
  errorCode: string | null,
): Promise<void> {
  const { intentId, callId, connection, caller, operation } = departure;
  const at = parts.clock.now();
  const answer = body === null ? null : canonicalJson(body);
  const kept = departure.approvalId !== null && answer !== null && Buffer.byteLength(answer) <= MAX_KEPT_ANSWER_BYTES;
  const answerSealed = kept ? parts.vault.seal(answer, answerContext(connection, intentId)) : null;
  await parts.store.transaction(async (tables) => {
    const first = await tables.intents.finish(intentId, { ...end, finished_at: at, answer_sealed: answerSealed });
    // Another process may have given the intent up as unknown meanwhile: what we know now is better.
    if (!first && end.status !== "unknown")
      await tables.intents.resolve(intentId, "unknown", end.status, "answered after it had been given up");
    await tables.calls.update(callId, { status, finished_at: at, http_status: end.http_status ?? null, error_code: errorCode });
    await tables.audit.append({
      at,
      event: "outcome",
      call_id: callId,
      agent_id: caller.agentId,
      connection_id: connection.id,
      fields: {
        intent: intentId,
        operation: operation.id,
        status: end.status,
        http_status: end.http_status ?? null,
        klaviyo_request_id: end.klaviyo_request_id ?? null,
        error: errorCode,
      },
    });
  });
}

function ending({ callId, operation, approvalId }: Departure): { call_id: string; operation: string; approval_id?: string } {
  return { call_id: callId, operation: operation.id, ...(approvalId !== null && { approval_id: approvalId }) };
}

function unknownResult(departure: Departure, error: NotDone["error"]): NotDone {
  return { ...ending(departure), status: "unknown", error, how_to_check: howToCheck(departure.operation) };
}
