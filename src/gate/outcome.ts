import { errorReport } from "../lib/errors.ts";
import type { Json } from "../lib/json.ts";
import type { WriteResult } from "../klaviyo/client.ts";
import { failureOf } from "../klaviyo/failures.ts";
import type { IntentEnd } from "../store/tables/intents.ts";
import { endApproval } from "./approval-life.ts";
import type { CallResult, GateParts, NotDone, Ran } from "./call.ts";
import type { Departure } from "./dispatch.ts";
import { answerContext, howToCheck } from "./told.ts";
import { settleUndo } from "./undo-keeping.ts";

/** An answer longer than this is not kept for later telling. */
const MAX_KEPT_ANSWER_BYTES = 256 * 1024;

interface Ending {
  result: Ran | NotDone;
  end: IntentEnd;
  errorCode: string | null;
}

/** What the client's word on a write means for the call and its intent. */
export function endingOf(departure: Departure, result: WriteResult): Ending {
  const { operation } = departure;
  const base = {
    call_id: departure.callId,
    operation: operation.id,
    ...(departure.approvalId !== null && { approval_id: departure.approvalId }),
  };
  if (result.kind === "not_sent") {
    return {
      result: { ...base, status: "failed", error: errorReport(result.error) },
      end: { status: "not_sent" },
      errorCode: result.error.code,
    };
  }
  if (result.kind === "unknown") {
    const { answer } = result;
    // The answer to an earlier attempt was lost; that the thing itself is gone is the answer. A relation's 404 says nothing of the kind.
    if (answer?.status === 404 && operation.shape === "delete") {
      const end = { status: "done" as const, http_status: 404, klaviyo_request_id: answer.requestId, evidence: "gone when asked again" };
      return { result: { ...base, status: "done", http_status: 404, body: null }, end, errorCode: null };
    }
    const told: NotDone = { ...base, status: "unknown", error: errorReport(result.error), how_to_check: howToCheck(operation) };
    return { result: told, end: { status: "unknown" }, errorCode: result.error.code };
  }
  const { status, requestId, body } = result.answer;
  const end = { http_status: status, klaviyo_request_id: requestId };
  const failure = failureOf(operation, result.answer);
  if (failure)
    return {
      result: { ...base, status: "rejected", error: errorReport(failure) },
      end: { ...end, status: "rejected" },
      errorCode: failure.code,
    };
  const ended = status === 202 ? "accepted" : "done";
  return { result: { ...base, status: ended, http_status: status, body }, end: { ...end, status: ended }, errorCode: null };
}

/**
 * Step 8: the outcome goes on the record in one transaction: intent, calls, audit. When the store fails, what happened is still told as it
 * happened, marked `unrecorded`: an error instead would have the agent do it again. The next recovery finds the open intent.
 */
export async function record(parts: GateParts, departure: Departure, ending: Ending): Promise<CallResult> {
  for (let attempts = 1; ; attempts++) {
    try {
      await parts.dayKeys.ready();
      await write(parts, departure, ending);
      return ending.result;
    } catch {
      if (attempts >= 2) return { ...ending.result, unrecorded: true };
    }
  }
}

async function write(parts: GateParts, departure: Departure, { result, end, errorCode }: Ending): Promise<void> {
  const { intentId, callId, approvalId, connection, caller, operation } = departure;
  const at = parts.clock.now();
  const whole = { ...end, finished_at: at, answer_sealed: sealAnswer(parts, departure, "body" in result ? result.body : null) };
  await parts.store.transaction(async (tables) => {
    const first = await tables.intents.finish(intentId, whole);
    // Another process may have given the intent up as unknown meanwhile: what we know now is better.
    const late = !first && end.status !== "unknown";
    if (late) await tables.intents.resolve(intentId, "unknown", { ...whole, evidence: "answered after it had been given up" });
    await tables.calls.update(callId, {
      status: result.status,
      finished_at: at,
      http_status: end.http_status ?? null,
      error_code: errorCode,
    });
    if (approvalId !== null) {
      await tables.calls.endAsked(approvalId, result.status, at);
      await endApproval(parts, tables, approvalId, result.status);
    }
    await settleUndo(parts, tables, departure, result);
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

/** Kept only for calls under an approval: their agent may not have been there to hear the answer. */
function sealAnswer(parts: GateParts, { approvalId, connection, intentId }: Departure, body: Json | null): string | null {
  if (approvalId === null || body === null) return null;
  const answer = JSON.stringify(body);
  return Buffer.byteLength(answer) > MAX_KEPT_ANSWER_BYTES ? null : parts.vault.seal(answer, answerContext(connection, intentId));
}
