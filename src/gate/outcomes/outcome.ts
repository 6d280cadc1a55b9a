import { errorReport } from "../../lib/errors.ts";
import type { Json } from "../../lib/json.ts";
import type { WriteResult } from "../../klaviyo/client.ts";
import { failureOf } from "../../klaviyo/failures.ts";
import type { Tables } from "../../store/tables.ts";
import type { IntentEnd } from "../../store/tables/intents.ts";
import { endApproval } from "../approvals/approval-life.ts";
import type { CallResult, GateParts, NotDone, Ran } from "../call.ts";
import type { Departure } from "../dispatch.ts";
import { ANSWERED_WITHIN_MS } from "./hearing.ts";
import { moveIntent } from "./intent-life.ts";
import { putLook } from "./look-list.ts";
import { memberOf } from "./reconcile/agree.ts";
import { textAt } from "./reconcile/sighting.ts";
import { settleRepeated } from "./repeats.ts";
import { answerContext, howToCheck, lookingUntil } from "./told.ts";
import { settleUndo } from "../undo/undo-keeping.ts";

/** An answer longer than this is not kept for later telling. */
const MAX_KEPT_ANSWER_BYTES = 256 * 1024;

export interface Ending {
  result: Ran | NotDone;
  end: IntentEnd;
  errorCode: string | null;
}

/** What the client's word on a write means for the call and its intent. */
export function endingOf(parts: GateParts, departure: Departure, result: WriteResult): Ending {
  const { operation } = departure;
  const base = baseOf(departure);
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
    if (answer?.status === 404 && operation.shape === "delete") return goneEnding(departure, answer.requestId);
    const help = { how_to_check: howToCheck(operation), ...lookingUntil(parts, operation, parts.clock.now()) };
    const told: NotDone = { ...base, status: "unknown", error: errorReport(result.error), ...help };
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
  const made = madeBy(departure, body);
  const ended = status === 202 || made.isJob ? "accepted" : "done";
  return {
    result: { ...base, status: ended, http_status: status, body },
    end: { ...end, status: ended, object_id: made.id, job_id: ended === "accepted" ? made.id : null },
    errorCode: null,
  };
}

function baseOf({ callId, operation, approvalId }: Departure) {
  return { call_id: callId, operation: operation.id, ...(approvalId !== null && { approval_id: approvalId }) };
}

/** The evidence of it. */
export const GONE = "gone when asked again";

/** The end of a delete that finds its work done: by an attempt whose answer was lost. */
export function goneEnding(departure: Departure, requestId: string | null): Ending {
  const end = { status: "done" as const, http_status: 404, klaviyo_request_id: requestId, evidence: GONE };
  return { result: { ...baseOf(departure), status: "done", http_status: 404, body: null }, end, errorCode: null };
}

/** Id of the new thing that an answer names, and whether it is a job that Klaviyo has yet to do. */
function madeBy({ operation }: Departure, body: Json | null): { id: string | null; isJob: boolean } {
  const data = memberOf(body, "data");
  const id = ["create", "job", "action"].includes(operation.shape) ? (textAt(data, "id") ?? null) : null;
  const status = textAt(memberOf(data, "attributes"), "status") ?? "";
  return { id, isJob: operation.shape === "job" && id !== null && ["queued", "processing"].includes(status) };
}

/**
 * Step 8: the outcome goes on the record in one transaction: intent, calls, audit. When the store fails, what happened is still told as it
 * happened, marked `unrecorded`: an error instead would have the agent do it again. The next recovery finds the open intent.
 */
export async function record(parts: GateParts, departure: Departure, ending: Ending): Promise<CallResult> {
  for (let attempts = 1; ; attempts++) {
    try {
      await parts.dayKeys.ready();
      parts.at("outcome.key-ready");
      await write(parts, departure, ending);
      parts.at("outcome.committed");
      return ending.result;
    } catch {
      if (attempts >= 2) return { ...ending.result, unrecorded: true };
    }
  }
}

async function write(parts: GateParts, departure: Departure, { result, end, errorCode }: Ending): Promise<void> {
  const { intentId, callId, approvalId, connection, caller, operation } = departure;
  const at = parts.clock.now();
  const whole = { ...end, finished_at: at, answer_sealed: sealAnswer(parts, departure, answerOf(result)) };
  await parts.store.transaction(async (tables) => {
    await tables.intents.markHeard(parts.holder, at, at - ANSWERED_WITHIN_MS);
    parts.at("outcome.earlier-heard");
    const first = await tables.intents.finish(intentId, whole);
    parts.at("outcome.finished");
    // Another process may have given the intent up as unknown meanwhile: what we know now is better.
    if (!first && !(await isLate(tables, intentId, whole))) return;
    parts.at("outcome.late");
    await settleRepeated(parts, tables, departure, end.status);
    parts.at("outcome.repeats");
    await putOrForget(parts, tables, departure, end);
    parts.at("outcome.look-put");
    await tables.calls.update(callId, {
      status: result.status,
      finished_at: at,
      http_status: end.http_status ?? null,
      error_code: errorCode,
    });
    parts.at("outcome.call-noted");
    if (approvalId !== null) {
      await tables.calls.endAsked(approvalId, result.status, at);
      parts.at("outcome.asked-ended");
      await endApproval(parts, tables, approvalId, result.status);
      parts.at("outcome.approval-ended");
    }
    await settleUndo(parts, tables, departure, result);
    parts.at("outcome.undo-settled");
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
    parts.at("outcome.audited");
  });
}

/** An outcome that comes after the intent was given up: false when it says nothing new. */
async function isLate(tables: Tables, intentId: string, end: IntentEnd): Promise<boolean> {
  const row = await tables.intents.find(intentId);
  if (!row || row.status !== "unknown" || end.status === "unknown") return false;
  return moveIntent(tables, row, { ...end, evidence: end.evidence ?? "answered after it had been given up" });
}

async function putOrForget(parts: GateParts, tables: Tables, { intentId, operation }: Departure, end: IntentEnd): Promise<void> {
  if (await putLook(parts, tables, { id: intentId, job_id: end.job_id ?? null }, operation, end.status)) return;
  parts.at("outcome.put-look");
  await tables.looks.remove(intentId);
  parts.at("outcome.looks-remove");
  await tables.intents.note(intentId, { request_sealed: null });
}

/** What Klaviyo said: of a refusal, why. */
function answerOf(result: Ran | NotDone): string | null {
  if ("body" in result) return result.body === null ? null : JSON.stringify(result.body);
  return result.status === "rejected" ? JSON.stringify(result.error) : null;
}

/** Kept only for calls under an approval: their agent may not have been there to hear the answer. */
function sealAnswer(parts: GateParts, { approvalId, connection, intentId }: Departure, answer: string | null): string | null {
  if (approvalId === null || answer === null) return null;
  return Buffer.byteLength(answer) > MAX_KEPT_ANSWER_BYTES ? null : parts.vault.seal(answer, answerContext(connection, intentId));
}
