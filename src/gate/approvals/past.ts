import { mustFind } from "../../catalog/catalog.ts";
import { isoMillis } from "../../lib/clock.ts";
import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { IntentRow } from "../../store/tables/intents.ts";
import type { Tables } from "../../store/tables.ts";
import { approvedRequest } from "./approvals.ts";
import { isUsed, PLAN, type ApprovalRequired, type CallResult, type GateParts, type Held } from "../call.ts";
import { isHeard } from "../outcomes/hearing.ts";
import type { CallContext } from "../prepare.ts";
import { planResult } from "../plans/plan-story.ts";
import { resultOf } from "../outcomes/told.ts";

/** What the same call came to before, as an answer: on its way, run under an approval and not yet told, or refused by the owner a short while ago. */
export type Past = { answer: CallResult } | { denied: string; row: ApprovalRow } | undefined;

export async function answerFromPast(
  parts: GateParts,
  tables: Tables,
  {
    caller,
    callId,
    connection,
    operation,
    digest,
  }: Pick<CallContext, "caller" | "callId" | "connection"> & { operation: string; digest: string },
): Promise<Past> {
  const now = parts.clock.now();
  const last = await latest(parts, tables, caller.agentId, digest);
  parts.at("past.found");
  if (last?.status === "denied" && now - (last.decided_at ?? 0) < parts.limits.denialHoldsMs) {
    const reason = last.status_reason === null ? "." : `: "${last.status_reason}"`;
    return { denied: `The owner said no to exactly this call at ${isoMillis(last.decided_at ?? 0)}${reason}`, row: last };
  }
  // The owner changed the arguments and has not decided yet, or it waits for its time.
  if (last?.edited_by && (last.status === "pending" || last.status === "approved"))
    return { answer: waitingAnswer(last, callId, operation, CHANGED) };
  if (!last || !isUsed(last.status) || last.told_at !== null) return undefined;
  const intent = last.intent_id === null ? undefined : await tables.intents.find(last.intent_id);
  parts.at("past.intent-found");
  if (intent && isHeard(parts, intent)) return undefined;
  const result = await pastResult(parts, tables, last, connection);
  parts.at("past.result-known");
  if (!result) {
    await tables.calls.update(callId, { approval_id: last.id });
    parts.at("past.running-noted");
    return { answer: { status: "in_progress", call_id: callId, approval_id: last.id, operation } };
  }
  // An outcome that is not known stays the answer until the owner has looked; another is told while it is news.
  const isUnknown = last.status === "unknown" || result.status === "unknown";
  const isLateNews = isUnknown || "found_out" in result || ("error" in result && result.error.code === "not_done");
  const isNews = now - (last.consumed_at ?? 0) <= (isLateNews ? parts.limits.decideWithinMs : parts.limits.useWithinMs);
  if (!isNews) return undefined;
  if (!isUnknown) await noteTold(parts, tables, last, intent);
  parts.at("past.told");
  const status = result.status === "plan_done" ? "done" : result.status === "plan_stopped" ? "failed" : result.status;
  if (status !== "held" && status !== "in_progress" && status !== "cancelled")
    await tables.calls.update(callId, { status, approval_id: last.id, intent_id: last.intent_id, finished_at: now });
  parts.at("past.call-noted");
  return { answer: "body" in result || "steps" in result ? { ...result, earlier: true } : result };
}

/** Whether the agent hears the answer is known only while this process lives, or once it has gone on (hearing.ts); of a plan, which has no intent, it is assumed. */
async function noteTold(parts: GateParts, tables: Tables, row: ApprovalRow, intent: IntentRow | undefined): Promise<void> {
  if (intent) await tables.intents.note(intent.id, { heard_by: parts.holder });
  else await tables.approvals.markTold(row.id, parts.clock.now());
}

const CHANGED = "The owner changed the arguments and decides about the call as changed.";

/** What an agent is told while its call waits: for the owner, or for its time. */
export function waitingAnswer(row: ApprovalRow, callId: string, operation: string, because: string): ApprovalRequired | Held {
  const base = { call_id: callId, approval_id: row.id, operation };
  if (row.status === "approved")
    return { ...base, status: "held", goes_at: isoMillis(row.held_until ?? row.decided_at ?? 0), by_itself: row.runs_itself === 1 };
  return { ...base, status: "approval_required", because, decide_by: isoMillis(row.decide_by) };
}

/** The last approval of a digest, or the one that the owner made of it by changing its arguments. */
async function latest({ at }: GateParts, tables: Tables, agentId: string, digest: string): Promise<ApprovalRow | undefined> {
  let [row] = await tables.approvals.byDigest(agentId, digest, 1);
  at("past.newest-found");
  while (row?.status === "voided" && row.replaced_by !== null) {
    const next = await tables.approvals.find(row.replaced_by);
    if (!next || next.edited_by === null) break;
    row = next;
  }
  return row;
}

/** What a used approval came to; undefined while it is being sent. */
export async function pastResult(
  parts: GateParts,
  tables: Tables,
  row: ApprovalRow,
  connection: ConnectionRow,
): Promise<CallResult | undefined> {
  if (row.operation === PLAN) return planResult(parts, tables, row, connection);
  const intent = row.intent_id === null ? undefined : await tables.intents.find(row.intent_id);
  parts.at("past.intent-of-row");
  const call = intent && (await tables.calls.find(intent.call_id));
  const result = intent && call && resultOf(parts, intent, call, connection, mustFind(parts.catalog, row.operation));
  return result && row.edited_by !== null ? { ...result, executed: approvedRequest(parts, row, connection).args } : result;
}
