import type { JsonObject } from "../../lib/json.ts";
import type { Tables } from "../../store/tables.ts";
import type { CallStatus } from "../../store/tables/calls.ts";
import type { IntentAlarm, IntentEnd, IntentRow } from "../../store/tables/intents.ts";
import { endApproval } from "../approvals/approval-life.ts";
import type { EndedStatus, GateParts } from "../call.ts";
import { moveIntent } from "./intent-life.ts";
import { keepFound } from "../undo/undo-keeping.ts";

/** What a call is when its intent has come to this. */
export const CALL_OF_INTENT: Record<IntentEnd["status"], { status: CallStatus & EndedStatus; error: string | null }> = {
  done: { status: "done", error: null },
  accepted: { status: "accepted", error: null },
  rejected: { status: "rejected", error: "rejected" },
  unknown: { status: "unknown", error: "outcome_unknown" },
  not_sent: { status: "failed", error: "unreachable" },
  not_done: { status: "failed", error: "not_done" },
  failed: { status: "failed", error: "job_failed" },
};

interface Settlement {
  event: "reconciled" | "followed";
  end: IntentEnd & { evidence: string };
  alarm?: IntentAlarm;
  /** What it made, as the account shows it. */
  found?: JsonObject;
  /** More for the audit row. */
  fields?: JsonObject;
}

/** Says after the fact how an intent ended: intent, calls and audit row, in the caller's transaction. False when another did first. */
export async function settle(parts: GateParts, tables: Tables, intent: IntentRow, settlement: Settlement): Promise<boolean> {
  const { event, end, alarm, found, fields = {} } = settlement;
  const at = parts.clock.now();
  const raised = alarm === undefined ? {} : { alarm, alarm_at: at };
  // Whoever heard that it was accepted is not told its end by asking anew: that is another call.
  const unheard = event === "reconciled" ? { heard_by: null } : {};
  if (!(await moveIntent(tables, intent, { finished_at: at, ...unheard, ...end, ...raised }))) return false;
  parts.at("settle.move-intent");
  const { status, error } = CALL_OF_INTENT[end.status];
  await tables.calls.update(intent.call_id, { status, finished_at: at, error_code: alarm === undefined ? error : alarmCode(alarm) });
  parts.at("settle.calls-update");
  // Those who asked again meanwhile were told that it is unknown.
  await tables.calls.endUnknown(intent.id, status, at);
  parts.at("settle.asks-ended");
  if (intent.approval_id !== null) {
    await tables.calls.endAsked(intent.approval_id, status, at);
    parts.at("settle.calls-end-asked");
    await endApproval(parts, tables, intent.approval_id, status);
  }
  parts.at("settle.approval-ended");
  await keepFound(parts, tables, intent, end.status, found);
  parts.at("settle.found-kept");
  await tables.audit.append({
    at,
    event,
    call_id: intent.call_id,
    connection_id: intent.connection_id,
    fields: {
      intent: intent.id,
      operation: intent.operation,
      from: intent.status,
      status: end.status,
      evidence: end.evidence,
      alarm: alarm ?? null,
      ...fields,
    },
  });
  return true;
}

/** Raises an alarm on an intent whose state does not change. */
export async function raiseAlarm(parts: GateParts, tables: Tables, intent: IntentRow, alarm: IntentAlarm, evidence: string): Promise<void> {
  const at = parts.clock.now();
  await tables.intents.note(intent.id, { alarm, alarm_at: at, evidence });
  parts.at("settle.intents-note");
  await tables.calls.update(intent.call_id, { error_code: alarmCode(alarm) });
  parts.at("settle.calls-update-2");
  await tables.audit.append({
    at,
    event: "outcome.alarm",
    call_id: intent.call_id,
    connection_id: intent.connection_id,
    fields: { intent: intent.id, operation: intent.operation, status: intent.status, alarm, evidence },
  });
}

/** How the list of calls marks it. */
function alarmCode(alarm: IntentAlarm): string {
  return alarm === "late" ? "happened_late" : "happened_twice";
}
