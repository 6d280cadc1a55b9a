import type { Operation } from "../catalog/operation.ts";
import { parseRequest, type WireRequest } from "../catalog/request.ts";
import { HalyardError } from "../lib/errors.ts";
import type { WriteResult } from "../klaviyo/client.ts";
import type { Uses } from "../policy/caps.ts";
import type { Mark } from "../store/audit-signature.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { Tables } from "../store/tables.ts";
import type { Before } from "./before-image.ts";
import type { Caller, CallResult, GateParts } from "./call.ts";
import { credentialsOf } from "./credentials.ts";
import { assertStanding, decideCall, saidTo } from "./decision.ts";
import { endingOf, record } from "./outcome.ts";
import { keepAfter } from "./undo-after.ts";
import { keepBefore, type StepOf } from "./undo-keeping.ts";

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
  /** What was there before it. */
  before: Before;
  /** Set where it is a step of an undoing. */
  undoes?: StepOf | undefined;
}

/**
 * Step 6, inside the caller's transaction: the intent row and its audit row. What is not committed here cannot be sent:
 * {@link send} takes the departure that only a committed transaction hands out.
 */
export async function intend(parts: GateParts, tables: Tables, departure: Omit<Departure, "intentId" | "recordedAs">): Promise<Departure> {
  const { operation, connection, caller, callId, approvalId, digest, uses } = departure;
  const intentId = parts.newId("intent");
  const at = parts.clock.now();
  if (!Number.isSafeInteger(at) || at < 0) {
    throw new HalyardError("internal", "The clock of this machine gives no time, so nothing is sent.", {
      hint: "Set the clock, then try again.",
    });
  }
  await parts.epoch.assertCurrent(tables);
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
    leaving_at: null,
  });
  await tables.capUses.add({ call_id: callId, connection_id: connection.id, agent_id: caller.agentId, at }, uses);
  await tables.calls.update(callId, { intent_id: intentId, approval_id: approvalId, status: "sent" });
  const recordedAs = await tables.audit.append({
    at,
    event: "intent",
    call_id: callId,
    agent_id: caller.agentId,
    connection_id: connection.id,
    fields: { intent: intentId, approval: approvalId, operation: operation.id, digest, retry_class: operation.effect.retry },
  });
  await keepBefore(parts, tables, departure);
  parts.epoch.assertAhead(recordedAs.seq);
  return { ...departure, intentId, recordedAs };
}

/** Steps 7 and 8: sends a departed write, once, and records how it ended. Never throws for what Klaviyo, the network or the store did. */
export async function send(parts: GateParts, departure: Departure): Promise<CallResult> {
  const result = await record(parts, departure, endingOf(departure, await sent(parts, departure)));
  await keepAfter(parts, departure, result);
  return result;
}

async function sent(parts: GateParts, departure: Departure): Promise<WriteResult> {
  const { intentId, operation, request, connection } = departure;
  try {
    await assertNotStopped(parts, departure);
    // Outside of the store: one that is restored to before this row will not pass for what it was.
    parts.epoch.mark(departure.recordedAs);
    const credentials = { ...(await credentialsOf(parts, connection)), permit: () => letGo(parts, departure) };
    return await parts.client.write(intentId, operation, request, credentials);
  } catch (thrown) {
    // Signing or building failed before anything could leave.
    const error = thrown instanceof HalyardError ? thrown : new HalyardError("internal", "The write could not be sent.", { cause: thrown });
    return { kind: "not_sent", error, attempts: 0 };
  }
}

/** Until the first byte leaves, the owner's stop wins. */
async function assertNotStopped({ store }: GateParts, { approvalId }: Departure): Promise<void> {
  const row = approvalId === null ? undefined : await store.approvals.find(approvalId);
  const plan = row?.plan_id ? await store.approvals.find(row.plan_id) : undefined;
  if (row?.stop_asked_at || plan?.stop_asked_at) throw new HalyardError("denied", "The owner stopped it before it left.");
}

/** Owners revoke a few things in a row, not hundreds in the moment that a write leaves. */
const MAX_LOOKS = 5;

/**
 * The last thing before the bytes of an attempt go: a write may have waited seconds for a rate window, for a name to be resolved, for a connection. What was
 * revoked, stopped or denied meanwhile does not go; what goes is marked, in one statement with the look at the revocations, so a revocation knows exactly what had left.
 */
async function letGo(parts: GateParts, departure: Departure): Promise<void> {
  const { intentId, operation, request, digest, caller, approvalId } = departure;
  await assertNotStopped(parts, departure);
  const question = { operation, args: parseRequest(operation, request), caller, digest };
  for (let looks = 1; looks <= MAX_LOOKS; looks++) {
    const connection = await assertStanding(parts.store, caller);
    const ruling = await decideCall(parts, question, connection);
    if (ruling.verdict === "deny" || (ruling.verdict === "ask" && approvalId === null))
      throw new HalyardError("denied", saidTo(caller, ruling));
    if (await parts.store.intents.leave(intentId, connection, parts.clock.now())) return;
    // Something was revoked since the connection was read; or another process gave the intent up.
    if ((await parts.store.intents.find(intentId))?.status !== "open") break;
  }
  throw new HalyardError("conflict", "The write was not sent: it was given up while it waited.", { hint: "Ask for it again." });
}
