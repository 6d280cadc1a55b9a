import { mustFind } from "../catalog/catalog.ts";
import { isoMillis } from "../lib/clock.ts";
import type { Decision } from "../policy/policy.ts";
import type { ApprovalRow } from "../store/tables/approvals.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { Tables } from "../store/tables.ts";
import { clearanceOf, expireOverdue, transition } from "./approval-life.ts";
import { draftApproval } from "./approvals.ts";
import type { ApprovalRequired, Caller, CallResult, Denied, GateParts, NotDone, Ran } from "./call.ts";
import { intend, type Departure } from "./dispatch.ts";
import type { CallContext } from "./prepare.ts";
import { NOTHING_SEEN, type Sight } from "./sight.ts";
import { resultOf } from "./told.ts";

/** What a transaction decided: a write to send now, or an answer to give. */
export type Turn = { send: Departure } | { answer: CallResult };

interface Asking {
  context: CallContext;
  decision: Decision;
  policyVersion: number;
  /** What the gate read of the thing that the call acts on, just now. */
  sight: Sight;
}

/** Step 5, in the transaction of the call: the same call finds its approval again, whatever became of it; otherwise a new one is made. */
export async function ask(parts: GateParts, tables: Tables, asking: Asking): Promise<Turn> {
  const { context, decision } = asking;
  const { caller, prepared, callId } = context;
  const live = await tables.approvals.pendingByDigest(caller.agentId, prepared.digest);
  const turn = live ? await reuse(parts, tables, asking, live) : await answerFromPast(parts, tables, context);
  if (turn) return turn;
  if ((await tables.approvals.countPending(caller.agentId, parts.clock.now())) >= parts.limits.maxPending) {
    const because = `${parts.limits.maxPending} approvals are waiting for the owner already; ask again when some are decided.`;
    await tables.calls.update(callId, { status: "denied", because, verdict: "deny", finished_at: parts.clock.now() });
    return { answer: denied(context, because) };
  }
  const row = await insertApproval(parts, tables, asking);
  return { answer: approvalRequired(context, row, decision.because) };
}

async function insertApproval(parts: GateParts, tables: Tables, { context, policyVersion, sight }: Asking): Promise<ApprovalRow> {
  const { caller, callId, connection, prepared, input } = context;
  const asked = { prepared, connection, caller, callId, policyVersion, reason: input.reason ?? null, sight, undoes: context.undoes };
  const row = draftApproval(parts, asked);
  await tables.approvals.insert(row);
  await tables.calls.update(callId, { approval_id: row.id });
  await tables.audit.append({
    at: parts.clock.now(),
    event: "approval.asked",
    call_id: callId,
    agent_id: caller.agentId,
    connection_id: connection.id,
    fields: { approval: row.id, digest: row.digest, card: row.card_digest, decide_by: row.decide_by },
  });
  return row;
}

/** A live approval of the same digest: still waiting, or approved and used now. Undefined when it ran out or was voided: then a new one is asked. */
async function reuse(
  parts: GateParts,
  tables: Tables,
  { context, decision, policyVersion, sight }: Asking,
  row: ApprovalRow,
): Promise<Turn | undefined> {
  if (await expireOverdue(parts, tables, row)) return undefined;
  // Approved between our look and this transaction: nothing was read to hold against what the owner saw, so the next ask uses it.
  const isBlind = sight === NOTHING_SEEN;
  if (row.status === "approved" && !isBlind) {
    const departure = await consume(parts, tables, row, { ...context, sight }, context.callId);
    return departure && { send: departure };
  }
  if (row.policy_version !== policyVersion || row.catalog_hash !== parts.catalog.hash) {
    // A yes to it could only void it: the owner gets a card under what holds now.
    await transition(parts, tables, row, "voided", "gate", { status_reason: "the policy or the catalog changed while it waited" });
    return undefined;
  }
  await tables.calls.update(context.callId, { approval_id: row.id });
  return { answer: approvalRequired(context, row, decision.because) };
}

/** Uses an approved call up, or voids it; in the transaction that writes the intent. */
export async function consume(
  parts: GateParts,
  tables: Tables,
  row: ApprovalRow,
  { caller, connection, sight }: { caller: Caller; connection: ConnectionRow; sight: Sight },
  callId: string,
): Promise<Departure | undefined> {
  const clearance = await clearanceOf(parts, tables, row, sight);
  if ("obstacle" in clearance) {
    await transition(parts, tables, row, "voided", "gate", { status_reason: clearance.obstacle });
    return undefined;
  }
  if (!(await transition(parts, tables, row, "consumed", "gate", { consumed_at: parts.clock.now() }))) return undefined;
  const { operation, request, undoes } = clearance;
  const { before } = sight;
  const sent = { callId, approvalId: row.id, operation, request, digest: row.digest, connection, caller, before, undoes };
  const departure = await intend(parts, tables, sent);
  await tables.approvals.transition(row.id, ["consumed"], "consumed", { intent_id: departure.intentId });
  return departure;
}

/** What the same call came to before: on its way, run under an approval and not yet told, or refused by the owner a short while ago. */
async function answerFromPast(parts: GateParts, tables: Tables, context: CallContext): Promise<Turn | undefined> {
  const { caller, prepared, callId } = context;
  const now = parts.clock.now();
  const [last] = await tables.approvals.byDigest(caller.agentId, prepared.digest, 1);
  if (last?.status === "denied" && now - (last.decided_at ?? 0) < parts.limits.denialHoldsMs) {
    const reason = last.status_reason === null ? "." : `: "${last.status_reason}"`;
    const because = `The owner said no to exactly this call at ${isoMillis(last.decided_at ?? 0)}${reason}`;
    await tables.calls.update(callId, { status: "denied", because, approval_id: last.id, verdict: "deny", finished_at: now });
    return { answer: denied(context, because) };
  }
  if (last?.status !== "consumed" || last.told_at !== null) return undefined;
  const result = await pastResult(parts, tables, last, context.connection);
  if (!result) {
    await tables.calls.update(callId, { approval_id: last.id });
    return { answer: { status: "in_progress", call_id: callId, approval_id: last.id, operation: prepared.operation.id } };
  }
  // An outcome that is not known stays the answer until the owner has looked; another is told while it is news.
  const isNews = now - (last.consumed_at ?? 0) <= (result.status === "unknown" ? parts.limits.decideWithinMs : parts.limits.useWithinMs);
  if (!isNews) return undefined;
  if (result.status !== "unknown") await tables.approvals.markTold(last.id, now);
  await tables.calls.update(callId, { status: result.status, approval_id: last.id, finished_at: now });
  return { answer: "body" in result ? { ...result, earlier: true } : result };
}

/** What a used approval came to; undefined while it is being sent. */
export async function pastResult(
  parts: GateParts,
  tables: Tables,
  row: ApprovalRow,
  connection: ConnectionRow,
): Promise<Ran | NotDone | undefined> {
  const intent = row.intent_id === null ? undefined : await tables.intents.find(row.intent_id);
  const call = intent && (await tables.calls.find(intent.call_id));
  return intent && call && resultOf(parts, intent, call, connection, mustFind(parts.catalog, row.operation));
}

export function denied({ callId, prepared }: CallContext, because: string): Denied {
  return { status: "denied", call_id: callId, operation: prepared.operation.id, because };
}

function approvalRequired({ callId, prepared }: CallContext, row: ApprovalRow, because: string): ApprovalRequired {
  const { id } = prepared.operation;
  return { status: "approval_required", call_id: callId, approval_id: row.id, operation: id, because, decide_by: isoMillis(row.decide_by) };
}
