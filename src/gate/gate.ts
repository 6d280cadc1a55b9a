import { isWrite } from "../catalog/operation.ts";
import { HalyardError } from "../lib/errors.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { Tables } from "../store/tables.ts";
import { ask, denied, type Turn } from "./ask.ts";
import type { Caller, CallInput, CallResult, GateParts } from "./call.ts";
import { credentialsOf } from "./credentials.ts";
import { assertStanding, decideCall, type Ruling } from "./decision.ts";
import { intend, send, type Departure } from "./dispatch.ts";
import { prepareInGeneration } from "./generations.ts";
import { createOwnerDesk, type OwnerDesk } from "./owner.ts";
import type { CallContext } from "./prepare.ts";
import { lookDue } from "./reconcile.ts";
import { insertCall, recordRead, recordRefusal } from "./record.ts";
import { recover } from "./recover.ts";
import { look, NOTHING_SEEN, type Sight } from "./sight.ts";
import { lookAgain, standingOf, type Standing } from "./standing.ts";
import { resumeWrites, stopWrites, type StopReport } from "./stop.ts";

/** The one way in: every door calls this, and nothing else can send a write. */
export interface Gate extends OwnerDesk {
  /** Takes a call through the eight steps. Throws `HalyardError` for what was refused before a decision (unknown action, wrong arguments …). */
  call(caller: Caller, input: CallInput): Promise<CallResult>;
  /** Turns what an interrupted process left behind into outcomes: run at start, and by calls once a minute. */
  recover(): Promise<{ unknown: number; expired: number }>;
  /** Looks up in the account what is due: unknown outcomes, accepted jobs, effects that come late. Gives how many looks it took. */
  reconcile(): Promise<number>;
  /** Lets {@link Gate.reconcile} run beside what else happens; `close` ends it. */
  reconcileBeside(): void;
  /** The owner's emergency stop of all writes of all processes, and what was on its way in that moment. */
  stop(by: string): Promise<StopReport>;
  /** Lets writes through again, for whatever reason they were held up. */
  resume(by: string): Promise<{ was: string[] }>;
  /** Refuses new calls and resolves when those under way have their outcome on record. */
  close(): Promise<void>;
}

const RECOVER_EVERY_MS = 60_000;

export function createGate(parts: GateParts): Gate {
  const { store, clock, client } = parts;
  const underWay = new Set<Promise<unknown>>();
  const closing = new AbortController();
  let isClosing = false;
  let recoveredAt = clock.now();

  /** Keeps count of what must end before the store may be closed. */
  function tracked<T>(work: () => Promise<T>): Promise<T> {
    if (isClosing)
      return Promise.reject(new HalyardError("store_unavailable", "Halyard is stopping.", { hint: "Call again when it runs." }));
    const running = work().finally(() => underWay.delete(running));
    underWay.add(running);
    return running;
  }

  async function call(caller: Caller, input: CallInput): Promise<CallResult> {
    await recoverNowAndThen();
    parts.at("gate.received");
    const callId = parts.newId("call");
    const receivedAt = clock.now();
    let context: CallContext;
    try {
      const connection = await assertStanding(store, caller);
      parts.at("gate.connection-found");
      const prepared = await prepareInGeneration(parts, store, caller, connection, input);
      parts.at("gate.prepared");
      context = { caller, input, callId, receivedAt, connection, prepared };
    } catch (thrown) {
      await recordRefusal(parts, { caller, input, callId, receivedAt, thrown });
      parts.at("gate.refused");
      throw thrown;
    }
    const ruling = await decideCall(parts, context.prepared.operation, context.connection);
    parts.at("gate.decided");
    if (!isWrite(context.prepared.operation) && ruling.verdict === "allow") return read(context, ruling);
    return write(context, ruling);
  }

  async function recoverNowAndThen(): Promise<void> {
    if (clock.now() - recoveredAt < RECOVER_EVERY_MS) return;
    recoveredAt = clock.now();
    await recover(parts);
    reconcileBeside();
  }

  /** Reads of the account take their time: no call waits for them, but the store is not closed under them. */
  function reconcileBeside(): void {
    const running: Promise<unknown> = lookDue(parts, closing.signal)
      .catch(() => 0)
      .finally(() => underWay.delete(running));
    underWay.add(running);
  }

  async function read(context: CallContext, ruling: Ruling): Promise<CallResult> {
    const { prepared, connection, callId } = context;
    const { operation, request } = prepared;
    try {
      const { status, body } = await client.read(operation, request, await credentialsOf(parts, connection));
      await recordRead(parts, context, ruling, { httpStatus: status, errorCode: null });
      return { status: "done", call_id: callId, operation: operation.id, http_status: status, body };
    } catch (thrown) {
      const errorCode = thrown instanceof HalyardError ? thrown.code : "internal";
      await recordRead(parts, context, ruling, { httpStatus: null, errorCode });
      throw thrown;
    }
  }

  /** Decides, asks and intends in one transaction; sends what it let go. Also the end of a read that a rule denies. */
  async function write(context: CallContext, expected: Ruling): Promise<CallResult> {
    await lookAgain(parts, context);
    parts.at("gate.standing-known");
    const turn = await turnOf(context, expected).catch(async (thrown: unknown) => {
      const { caller, input, callId, receivedAt } = context;
      await recordRefusal(parts, { caller, input, callId, receivedAt, thrown });
      throw thrown;
    });
    parts.at("gate.turn-committed");
    if ("answer" in turn) return turn.answer;
    const result = await send(parts, turn.send);
    parts.at("gate.sent");
    return result;
  }

  async function turnOf(context: CallContext, expected: Ruling): Promise<Turn> {
    const { caller, prepared } = context;
    const sight = expected.verdict === "ask" ? await sightOf(context, expected) : NOTHING_SEEN;
    parts.at("gate.sight-taken");
    return store.transaction(async (tables): Promise<Turn> => {
      // Decided again on what is committed now: a revocation or a tighter policy may have come in between.
      const connection = await assertStanding(tables, caller);
      parts.at("gate.standing-again");
      const plain = await decideCall(parts, prepared.operation, connection, tables);
      parts.at("gate.decided-again");
      const standing: Standing = plain.verdict === "deny" ? { is: "free" } : await standingOf(parts, tables, context, plain.verdict);
      parts.at("gate.standing-checked");
      const ruling: Ruling = standing.is === "asks" ? { ...plain, verdict: "ask", because: standing.because } : plain;
      await insertCall(parts, tables, context, ruling, sight.target);
      parts.at("gate.call-written");
      if (ruling.verdict === "deny") return { answer: denied(context, ruling.because) };
      if (standing.is === "answer") return { answer: await answerInstead(tables, context, standing) };
      parts.at("gate.not-answered");
      if (ruling.verdict === "ask") return ask(parts, tables, { context, decision: ruling, policyVersion: ruling.policyVersion, sight });
      return { send: await intend(parts, tables, departureOf(context, connection)) };
    });
  }

  /** Ends a call with what the same one came to before. */
  async function answerInstead(
    tables: Tables,
    { callId }: CallContext,
    { result, intentId }: Extract<Standing, { is: "answer" }>,
  ): Promise<CallResult> {
    if (result.status === "in_progress" || result.status === "approval_required") return result;
    await tables.calls.update(callId, { status: result.status, intent_id: intentId, finished_at: clock.now() });
    parts.at("gate.turn-taken");
    return result;
  }

  /** Read outside of the transaction, and only where a card is going to be made or an approved one used. */
  async function sightOf({ caller, prepared, connection }: CallContext, { policyVersion }: Ruling): Promise<Sight> {
    const live = await store.approvals.pendingByDigest(caller.agentId, prepared.digest);
    const goesOnWaiting = live?.status === "pending" && live.policy_version === policyVersion && clock.now() <= live.decide_by;
    if (goesOnWaiting) return NOTHING_SEEN;
    if (!live && (await store.approvals.countPending(caller.agentId, clock.now())) >= parts.limits.maxPending) return NOTHING_SEEN;
    return look(parts, connection, prepared.operation, prepared.request);
  }

  const desk = createOwnerDesk(parts);
  return {
    ...desk,
    call: (caller, input) => tracked(() => call(caller, input)),
    approve: (approvalId, by, options) => tracked(() => desk.approve(approvalId, by, options)),
    recover: () => recover(parts),
    reconcile: () => tracked(() => lookDue(parts, closing.signal)),
    reconcileBeside,
    stop: (by) => stopWrites(parts, by),
    resume: (by) => resumeWrites(parts, by),
    async close() {
      isClosing = true;
      closing.abort();
      await Promise.allSettled(underWay);
      const now = clock.now();
      // Who dies without this has perhaps not told its last callers (hearing.ts). A store that is gone has nothing to be told.
      await store.intents.markHeard(parts.holder, now, now).catch(() => undefined);
    },
  };
}

function departureOf({ callId, caller, prepared }: CallContext, connection: ConnectionRow): Omit<Departure, "intentId" | "number"> {
  const { operation, request, digest } = prepared;
  return { callId, approvalId: null, operation, request, digest, connection, caller, isAwaited: true };
}
