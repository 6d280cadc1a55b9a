import type { Operation } from "../../catalog/operation.ts";
import type { Verdict } from "../../policy/policy.ts";
import type { Tables } from "../../store/tables.ts";
import type { IntentRow } from "../../store/tables/intents.ts";
import type { CallResult, GateParts } from "../call.ts";
import type { Ruling } from "../decision.ts";
import { isHeard } from "./hearing.ts";
import type { CallContext } from "../prepare.ts";
import { lookOnce } from "./reconcile.ts";
import { resultOf } from "./told.ts";

/** What the same call came to before, where it stands in the way of another: told in place of sending. */
export interface Standing {
  result: CallResult;
  intentId: string;
}

const AFTER_UNKNOWN = "This very call was sent before and its outcome is unknown: the owner decides whether it is sent again.";

/** What may have happened already is not simply done a second time, unless a second time is harmless: then the owner is asked. */
export async function afterUnknown(tables: Tables, { caller, prepared }: CallContext, ruling: Ruling): Promise<Ruling> {
  if (ruling.verdict !== "allow" || isRepeatable(prepared.operation)) return ruling;
  const last = await tables.calls.lastSent(caller.agentId, prepared.digest);
  const intent = last?.intent_id ? await tables.intents.find(last.intent_id) : undefined;
  if (intent?.status !== "unknown") return ruling;
  return { ...ruling, verdict: "ask", because: AFTER_UNKNOWN, told: AFTER_UNKNOWN };
}

/**
 * The outcome of the same call's last sending, while it is under way, still looked up, or not yet heard by whoever asked; undefined where nothing stands in
 * the way. In the transaction that would write the intent.
 */
export async function standingOf(parts: GateParts, tables: Tables, context: CallContext, verdict: Verdict): Promise<Standing | undefined> {
  const { caller, prepared, connection, callId } = context;
  const { operation, digest } = prepared;
  if (isRepeatable(operation)) return undefined;
  const last = await tables.calls.lastSent(caller.agentId, digest);
  const intent = last?.intent_id ? await tables.intents.find(last.intent_id) : undefined;
  // A call that goes by approvals is told through its approval.
  if (!last || !intent || (verdict === "ask" && intent.approval_id !== null)) return undefined;
  if (intent.status === "open") return { result: { status: "in_progress", call_id: callId, operation: operation.id }, intentId: intent.id };
  const isUnknown = intent.status === "unknown";
  // Nobody looks any more: afterUnknown asks the owner.
  if (isUnknown && !(await tables.looks.find(intent.id))) return undefined;
  if (!isUnknown && !isNews(parts, intent)) return undefined;
  const result = resultOf(parts, intent, last, connection, operation);
  if (!result) return undefined;
  if (!isUnknown) await tables.intents.note(intent.id, { heard_by: parts.holder });
  return { result: "body" in result ? { ...result, earlier: true } : result, intentId: intent.id };
}

/** What was found out by looking is news for longer: whoever asked may be waiting for it. */
function isNews(parts: GateParts, intent: IntentRow): boolean {
  const { useWithinMs, decideWithinMs } = parts.limits;
  const ageMs = parts.clock.now() - (intent.finished_at ?? 0);
  const hasEnded = ["done", "accepted", "failed"].includes(intent.status);
  return hasEnded && ageMs <= (intent.evidence === null ? useWithinMs : decideWithinMs) && !isHeard(parts, intent);
}

/** Looks up what is due of the same call's last sending, so that whoever asks again hears what can be known now. */
export async function lookAgain(parts: GateParts, { caller, prepared }: CallContext): Promise<void> {
  if (isRepeatable(prepared.operation)) return;
  const last = await parts.store.calls.lastSent(caller.agentId, prepared.digest);
  const look = last?.intent_id ? await parts.store.looks.find(last.intent_id) : undefined;
  if (look?.purpose === "outcome") await lookOnce(parts, look);
}

/** Whether doing it twice is the same as doing it once. */
function isRepeatable({ effect }: Operation): boolean {
  return effect.retry === "read" || effect.retry === "idempotent";
}
