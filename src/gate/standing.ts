import { mustFind } from "../catalog/catalog.ts";
import type { Verdict } from "../policy/policy.ts";
import type { Tables } from "../store/tables.ts";
import type { CallResult, GateParts } from "./call.ts";
import { isHeard } from "./hearing.ts";
import type { CallContext } from "./prepare.ts";
import { lookOnce } from "./reconcile.ts";
import { resultOf } from "./told.ts";

/**
 * What the same call came to before, as far as it stands in the way of another: `free` lets it go on, `asks` leaves it to the owner, `answer` tells the
 * earlier outcome in place of sending.
 */
export type Standing = { is: "free" } | { is: "asks"; because: string } | { is: "answer"; result: CallResult; intentId: string };

const FREE: Standing = { is: "free" };

/** What may have happened already is not simply done a second time, unless a second time is harmless. In the transaction that would write the intent. */
export async function standingOf(parts: GateParts, tables: Tables, context: CallContext, verdict: Verdict): Promise<Standing> {
  const { caller, prepared, connection, callId } = context;
  const { operation, digest } = prepared;
  const { retry } = operation.effect;
  const last = retry === "read" ? undefined : await tables.calls.lastSent(caller.agentId, digest);
  const intent = last?.intent_id ? await tables.intents.find(last.intent_id) : undefined;
  // A call that goes by approvals is told through its approval.
  if (!last || !intent || (verdict === "ask" && intent.approval_id !== null)) return FREE;
  if (intent.status === "open") {
    const result: CallResult = { status: "in_progress", call_id: callId, operation: operation.id };
    return retry === "idempotent" ? FREE : { is: "answer", result, intentId: intent.id };
  }
  if (intent.status === "unknown") {
    if (retry === "idempotent") return FREE;
    if (await tables.looks.find(intent.id)) return answer(parts, context, intent, last);
    return {
      is: "asks",
      because: "This very call was sent before and its outcome is unknown: the owner decides whether it is sent again.",
    };
  }
  const hasEnded = ["done", "accepted", "failed"].includes(intent.status);
  const isNews =
    parts.clock.now() - (intent.finished_at ?? 0) <= (intent.evidence === null ? parts.limits.useWithinMs : parts.limits.decideWithinMs);
  if (!hasEnded || !isNews || isHeard(parts, intent) || retry === "idempotent") return FREE;
  await tables.intents.note(intent.id, { heard_by: parts.holder });
  const result = resultOf(parts, intent, last, connection, mustFind(parts.catalog, operation.id));
  return result ? { is: "answer", result: "body" in result ? { ...result, earlier: true } : result, intentId: intent.id } : FREE;
}

function answer(
  parts: GateParts,
  { connection, prepared }: CallContext,
  intent: Parameters<typeof resultOf>[1],
  last: Parameters<typeof resultOf>[2],
): Standing {
  const result = resultOf(parts, intent, last, connection, prepared.operation);
  return result ? { is: "answer", result, intentId: intent.id } : FREE;
}

/** Looks up what is due of the same call's last sending, so that whoever asks again hears what can be known now. */
export async function lookAgain(parts: GateParts, { caller, prepared }: CallContext): Promise<void> {
  if (["read", "idempotent"].includes(prepared.operation.effect.retry)) return;
  const last = await parts.store.calls.lastSent(caller.agentId, prepared.digest);
  const look = last?.intent_id ? await parts.store.looks.find(last.intent_id) : undefined;
  if (look?.purpose === "outcome") await lookOnce(parts, look);
}
