import { isoMillis } from "../../lib/clock.ts";
import type { Caps } from "../../policy/caps.ts";
import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { Tables } from "../../store/tables.ts";
import { expireOverdue, transition } from "./approval-life.ts";
import { RECORD_VERSION, seenSnapshot } from "./approvals.ts";
import type { Caller, CallResult, Denied, GateParts } from "../call.ts";
import type { Card } from "../cards/card.ts";
import { saidTo, type Ruling } from "../decision.ts";
import { noteDenial } from "./denials.ts";
import type { Departure } from "../dispatch.ts";
import { isHeld } from "./hold.ts";
import { answerFromPast, waitingAnswer } from "./past.ts";
import type { CallContext } from "../prepare.ts";
import { NOTHING_SEEN, type Sight } from "../cards/sight.ts";
import { driftOf } from "../cards/snapshot.ts";
import { consume, insertApproval } from "./use.ts";
import { variantOf } from "./variants.ts";

/** What a transaction decided: a write to send now, or an answer to give. */
export type Turn = { send: Departure } | { answer: CallResult };

interface Asking {
  context: CallContext;
  ruling: Ruling;
  /** What the gate read of the thing that the call acts on, just now. */
  sight: Sight;
  isTainted: boolean;
}

/** Step 5, in the transaction of the call: the same call finds its approval again, whatever became of it; otherwise a new one is made. */
export async function ask(parts: GateParts, tables: Tables, asking: Asking): Promise<Turn> {
  const { context, ruling } = asking;
  const { caller, prepared } = context;
  const live = await tables.approvals.pendingByDigest(caller.agentId, prepared.digest);
  parts.at("ask.live-found");
  const turn = live && (await reuse(parts, tables, asking, live));
  parts.at("ask.reused");
  if (turn) return turn;
  const past = await answerFromPast(parts, tables, { ...context, operation: prepared.operation.id, digest: prepared.digest });
  parts.at("ask.past-answered");
  if (past && "answer" in past) return past;
  if (past) {
    await noteDenial(parts, tables, context);
    parts.at("ask.denial-noted");
    return deny(parts, tables, context, past.denied, past.row.id);
  }
  const variant = await variantOf(parts, tables, context);
  parts.at("ask.variant-known");
  if (variant && parts.clock.now() < variant.askableAt)
    return deny(parts, tables, context, `${TOO_SOON} ${isoMillis(variant.askableAt)}.`, variant.shown.denied);
  const because = await tooManyPending(parts, tables, caller, ruling.policy.caps);
  parts.at("ask.counted");
  if (because !== undefined) return deny(parts, tables, context, because);
  const row = await insertNew(parts, tables, asking, variant?.shown);
  parts.at("ask.inserted");
  return { answer: waitingAnswer(row, context.callId, prepared.operation.id, saidTo(caller, ruling)) };
}

const TOO_SOON =
  "The owner said no to nearly this call. Tell your user what the owner refused; if it is still wanted as it is now, ask again after";

async function deny(parts: GateParts, tables: Tables, context: CallContext, because: string, approvalId?: string): Promise<Turn> {
  const patch = { status: "denied", verdict: "deny", because, finished_at: parts.clock.now() } as const;
  await tables.calls.update(context.callId, { ...patch, ...(approvalId !== undefined && { approval_id: approvalId }) });
  return { answer: denied(context, because) };
}

/** Why no further approval may wait; undefined when one may. Each agent has its share, and the policy can set what all may have together. */
export async function tooManyPending(
  { clock, limits, at }: GateParts,
  { approvals }: Pick<Tables, "approvals">,
  caller: Caller,
  { pending_approvals: cap }: Caps,
): Promise<string | undefined> {
  const now = clock.now();
  const each = cap?.each_agent?.at_once ?? limits.maxPending;
  const all = cap?.at_once ?? Infinity;
  const own = await approvals.countPending(caller.agentId, now);
  at("ask.own-counted");
  if (own >= each) return `${own} approvals are waiting for the owner already; ask again when some are decided.`;
  const isFull = all !== Infinity && (await approvals.countPendingOf(caller.connectionId, now)) >= all;
  return isFull ? "Enough approvals are waiting for the owner already; ask again when some are decided." : undefined;
}

async function insertNew(
  parts: GateParts,
  tables: Tables,
  { context, ruling, sight, isTainted }: Asking,
  variant: Card["variant"],
): Promise<ApprovalRow> {
  const { caller, callId, connection, prepared, input } = context;
  const since = await sinceVoided(parts, tables, context, sight);
  parts.at("ask.voided-known");
  return insertApproval(parts, tables, {
    prepared,
    connection,
    caller,
    callId,
    policy: ruling.policy,
    policyVersion: ruling.policyVersion,
    reason: input.reason ?? null,
    sight,
    isTainted,
    ...(since && { since }),
    ...(variant && { variant }),
  });
}

/** What is different from the card before, where that one was voided because what it rested on moved. */
async function sinceVoided(
  parts: GateParts,
  tables: Tables,
  { caller, connection, prepared }: CallContext,
  sight: Sight,
): Promise<Card["since"]> {
  const [last] = await tables.approvals.byDigest(caller.agentId, prepared.digest, 1);
  if (last?.status !== "voided" || last.replaced_by !== null || last.record_version !== RECORD_VERSION) return undefined;
  const before = seenSnapshot(parts, last, connection);
  return { approval: last.id, why: last.status_reason ?? "", changes: before && sight.seen !== "" ? driftOf(before, sight.snapshot) : [] };
}

/** A live approval of the same digest: still waiting, held, or approved and used now. Undefined when it ran out or was voided: then a new one is asked. */
async function reuse(parts: GateParts, tables: Tables, { context, ruling, sight }: Asking, row: ApprovalRow): Promise<Turn | undefined> {
  if (await expireOverdue(parts, tables, row)) return undefined;
  parts.at("ask.expired");
  const { callId, prepared, caller } = context;
  const waits = async (): Promise<Turn> => {
    await tables.calls.update(callId, { approval_id: row.id });
    parts.at("ask.waiting-noted");
    return { answer: waitingAnswer(row, callId, prepared.operation.id, saidTo(caller, ruling)) };
  };
  const isWaiting = row.status === "pending" || isHeld(row, parts.clock.now());
  if (isWaiting && (row.policy_version !== ruling.policyVersion || row.catalog_hash !== parts.catalog.hash)) {
    // A yes to it could only void it, or did: the owner gets a card under what holds now.
    await transition(parts, tables, row, "voided", "gate", { status_reason: "the policy or the catalog changed while it waited" });
    parts.at("ask.voided");
    return undefined;
  }
  // Approved between our look and this transaction: nothing was read to hold against what the owner saw, so the next ask uses it.
  if (isWaiting || sight === NOTHING_SEEN) return waits();
  const departure = await consume(parts, tables, row, { ...context, sight, gathered: ruling.gathered, isAwaited: true });
  parts.at("ask.consume");
  return departure && "intentId" in departure ? { send: departure } : undefined;
}

export function denied({ callId, prepared }: Pick<CallContext, "callId" | "prepared">, because: string): Denied {
  return { status: "denied", call_id: callId, operation: prepared.operation.id, because };
}
