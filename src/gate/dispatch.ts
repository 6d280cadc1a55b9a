import type { Operation } from "../catalog/operation.ts";
import { parseRequest, type WireRequest } from "../catalog/request.ts";
import { HalyardError } from "../lib/errors.ts";
import type { WriteResult } from "../klaviyo/client.ts";
import type { Uses } from "../policy/caps.ts";
import type { Mark } from "../store/audit-signature.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { Tables } from "../store/tables.ts";
import type { Before } from "./undo/before-image.ts";
import type { Caller, CallResult, GateParts } from "./call.ts";
import { credentialsOf, payerOf } from "./credentials.ts";
import { assertStanding, decideCall, saidTo } from "./decision.ts";
import { assertMaySend } from "./fence.ts";
import { endingOf, record } from "./outcomes/outcome.ts";
import { asGone } from "./outcomes/gone.ts";
import { idsBefore } from "./outcomes/known-before.ts";
import { sealRequest } from "./outcomes/sealed-request.ts";
import { keepAfter } from "./undo/undo-after.ts";
import { keepBefore, type StepOf } from "./undo/undo-keeping.ts";

/** One write on its way: the intent under which it goes, and whose call it is. */
export interface Departure {
  intentId: string;
  /** The row of the record that says so. */
  recordedAs: Mark;
  callId: string;
  approvalId: string | null;
  operation: Operation;
  request: WireRequest;
  digest: string;
  connection: ConnectionRow;
  caller: Caller;
  /** What it uses of the caps. */
  uses: Uses;
  /** Whether the one who asked waits for the outcome in this process. */
  isAwaited: boolean;
  /** What was there before it. */
  before: Before;
  /** Set where it is a step of an undoing. */
  undoes?: StepOf | undefined;
}

/**
 * Step 6, inside the caller's transaction: the intent row and its audit row. What is not committed here cannot be sent:
 * {@link send} takes the departure that only a committed transaction hands out. Throws where this process may send nothing (fence.ts), and on a store that was put back (epoch.ts).
 */
export async function intend(parts: GateParts, tables: Tables, departure: Omit<Departure, "intentId" | "recordedAs">): Promise<Departure> {
  const { operation, request, connection, caller, callId, approvalId, digest, uses } = departure;
  await assertMaySend(tables, parts.fence);
  parts.at("intent.fence-read");
  const intentId = parts.newId("intent");
  const at = parts.clock.now();
  if (!Number.isSafeInteger(at) || at < 0) {
    throw new HalyardError("internal", "The clock of this machine gives no time, so nothing is sent.", {
      hint: "Set the clock, then try again.",
    });
  }
  await parts.epoch.assertCurrent(tables);
  parts.at("intent.epoch-read");
  await tables.intents.insert({
    id: intentId,
    call_id: callId,
    approval_id: approvalId,
    connection_id: connection.id,
    operation: operation.id,
    digest,
    retry_class: operation.effect.retry,
    request_sealed: sealRequest(parts, connection, intentId, operation, request),
    answer_sealed: null,
    holder: parts.holder,
    created_at: at,
    status: "open",
    http_status: null,
    klaviyo_request_id: null,
    job_id: null,
    finished_at: null,
    evidence: null,
    leaving_at: null,
    heard_by: departure.isAwaited ? parts.holder : null,
  });
  parts.at("intent.inserted");
  await tables.capUses.add({ call_id: callId, connection_id: connection.id, agent_id: caller.agentId, at }, uses);
  parts.at("intent.uses-counted");
  await tables.calls.update(callId, { intent_id: intentId, approval_id: approvalId, status: "sent" });
  parts.at("intent.call-noted");
  const recordedAs = await tables.audit.append({
    at,
    event: "intent",
    call_id: callId,
    agent_id: caller.agentId,
    connection_id: connection.id,
    fields: { intent: intentId, approval: approvalId, operation: operation.id, digest, retry_class: operation.effect.retry },
  });
  parts.at("intent.audited");
  await keepBefore(parts, tables, departure);
  parts.at("intent.before-kept");
  parts.epoch.assertAhead(recordedAs.seq);
  return { ...departure, intentId, recordedAs };
}

/** Steps 7 and 8: sends a departed write, once, and records how it ended. Never throws for what Klaviyo, the network or the store did. */
export async function send(parts: GateParts, departure: Departure): Promise<CallResult> {
  const answered = await sent(parts, departure);
  parts.at("send.over");
  const ending = await asGone(parts, departure, endingOf(parts, departure, answered));
  parts.at("send.ending-known");
  const result = await record(parts, departure, ending);
  parts.at("send.recorded");
  await keepAfter(parts, departure, result);
  return result;
}

async function sent(parts: GateParts, departure: Departure): Promise<WriteResult> {
  const { intentId, operation, request, connection, caller } = departure;
  try {
    await assertNotStopped(parts, departure);
    parts.at("send.not-stopped");
    // Outside of the store: one that is restored to before this row will not pass for what it was.
    parts.epoch.mark(departure.recordedAs);
    parts.at("send.marked");
    const credentials = await credentialsOf(parts, connection);
    parts.at("send.credentials");
    const standing = async (): Promise<void> => void (await assertStanding(parts.store, caller));
    const known = await idsBefore(parts, operation, request, { ...credentials, permit: standing });
    parts.at("send.known-before");
    if (known) await parts.store.intents.note(intentId, { known_before: JSON.stringify(known) });
    parts.at("send.known-noted");
    const permit = (): Promise<void> => letGo(parts, departure);
    // What the owner said yes to is the owner's: an agent's share does not hold it up.
    const agentId = departure.approvalId === null ? payerOf(caller) : undefined;
    const result = await parts.client.write(intentId, operation, request, { ...credentials, permit, agentId }, { at: parts.at });
    parts.at("send.answered");
    return result;
  } catch (thrown) {
    // Signing or building failed before anything could leave.
    const error = thrown instanceof HalyardError ? thrown : new HalyardError("internal", "The write could not be sent.", { cause: thrown });
    return { kind: "not_sent", error, attempts: 0 };
  }
}

/** Until the first byte leaves, the owner's stop wins. */
async function assertNotStopped({ store, at }: GateParts, { approvalId }: Departure): Promise<void> {
  const row = approvalId === null ? undefined : await store.approvals.find(approvalId);
  at("send.approval-found");
  const plan = row?.plan_id ? await store.approvals.find(row.plan_id) : undefined;
  if (row?.stop_asked_at || plan?.stop_asked_at) throw new HalyardError("denied", "The owner stopped it before it left.");
}

/** Owners revoke a few things in a row, not hundreds in the moment that a write leaves. */
const MAX_LOOKS = 5;

/**
 * The last thing before the bytes of an attempt go: a write may have waited seconds for a rate window, for a name to be resolved, for a connection, or minutes
 * in a process that was put to sleep. What was revoked, denied, stopped or given up meanwhile does not go; what goes is marked, in one statement with the look
 * at the revocations, so a revocation knows exactly what had left.
 */
async function letGo(parts: GateParts, departure: Departure): Promise<void> {
  const { intentId, operation, request, digest, caller, approvalId } = departure;
  await assertNotStopped(parts, departure);
  parts.at("send.still-not-stopped");
  const question = { operation, args: parseRequest(operation, request), caller, digest };
  for (let looks = 1; looks <= MAX_LOOKS; looks++) {
    const connection = await assertStanding(parts.store, caller);
    parts.at("send.assert-standing");
    const ruling = await decideCall(parts, question, connection);
    parts.at("send.decide-call");
    if (ruling.verdict === "deny" || (ruling.verdict === "ask" && approvalId === null))
      throw new HalyardError("denied", saidTo(caller, ruling));
    await assertMaySend(parts.store, parts.fence);
    parts.at("send.assert-may-send");
    const isLeaving = await parts.store.intents.leave(intentId, connection, parts.clock.now());
    parts.at("send.permitted");
    if (isLeaving) return;
    // Something was revoked since the connection was read; or another process gave the intent up.
    const intent = await parts.store.intents.find(intentId);
    parts.at("send.looked-again");
    if (intent?.status !== "open") break;
  }
  throw new HalyardError("conflict", "The write was not sent: it was given up while it waited.", { hint: "Ask for it again." });
}
