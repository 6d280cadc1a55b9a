import { isWrite } from "../catalog/operation.ts";
import { HalyardError } from "../lib/errors.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { Tables } from "../store/tables.ts";
import { ask, denied, tooManyPending, type Turn } from "./approvals/ask.ts";
import { assertNotPaused, noteDenial } from "./approvals/denials.ts";
import { capDenial, usesOf, usesOfRead } from "./caps.ts";
import { PLAN, type Caller, type CallInput, type CallResult, type GateParts } from "./call.ts";
import { credentialsOf, payerOf } from "./credentials.ts";
import { assertStanding, decideCall, saidTo, type Ruling } from "./decision.ts";
import { intend, send, type Departure } from "./dispatch.ts";
import type { Question } from "./facts.ts";
import { errorForAgent, forAgent, unveil, viewForAgent } from "./privacy/for-agent.ts";
import { assertMaySend } from "./fence.ts";
import { createOwnerDesk, type OwnerDesk } from "./approvals/owner.ts";
import { prepareInGeneration } from "./outcomes/generations.ts";
import { runPlanCall } from "./plans/plan-call.ts";
import type { CallContext } from "./prepare.ts";
import type { PutBack } from "./privacy/privacy-put-back.ts";
import { lostDelete } from "./outcomes/gone.ts";
import { lookDue } from "./outcomes/reconcile.ts";
import { insertCall, recordRead, recordRefusal, whose } from "./record/record.ts";
import { checkpointIfDue } from "./record/checkpoints.ts";
import { watchReads } from "./cards/watched-reads.ts";
import { recover } from "./outcomes/recover.ts";
import { refuseStoredSecrets, withheld } from "./secret-arguments.ts";
import { absent } from "./undo/before-image.ts";
import { glimpse, glimpseUnasked } from "./undo/glimpse.ts";
import { NOTHING_SEEN, type Sight } from "./cards/sight.ts";
import { afterUnknown, lookAgain, standingOf, type Standing } from "./outcomes/standing.ts";
import { resumeWrites, stopWrites, type StopReport } from "./stop.ts";
import { undo, UNDO } from "./undo/undo.ts";
import { eraseOver } from "./undo/undo-forget.ts";
import { afterLook } from "./undo/undo-ruling.ts";
import type { Undoing } from "./undo/undoing.ts";

/** The one way in: every door calls this, and nothing else can send a write. */
export interface Gate extends OwnerDesk {
  /** Takes a call through the eight steps. Throws `HalyardError` for what was refused before a decision (unknown action, wrong arguments …). */
  call(caller: Caller, input: CallInput): Promise<CallResult>;
  /** Turns what an interrupted process left behind into outcomes: run at start, and by calls once a minute. */
  recover(): Promise<{ unknown: number; expired: number }>;
  /** Sends what is held when its time comes, until it is told to stop: for processes that stay. */
  attend(signal: AbortSignal): Promise<void>;
  /** Looks up in the account what is due: unknown outcomes, accepted jobs, effects that come late. Gives how many looks it took. */
  reconcile(): Promise<number>;
  /** Lets {@link Gate.reconcile} run beside what else happens; `close` ends it. */
  reconcileBeside(): void;
  /** The owner's emergency stop of all writes of all processes, and what was on its way in that moment. */
  stopAll(by: string): Promise<StopReport>;
  /** Lets writes through again after a stop, or takes the store back from a newer Halyard. */
  resume(by: string): Promise<{ was: string[] }>;
  /** Refuses new calls and resolves when those under way have their outcome on record. */
  close(): Promise<void>;
}

const RECOVER_EVERY_MS = 60_000;
/** Whether a checkpoint is due is looked up at every so many calls, and every minute. */
const CHECKPOINT_LOOK = 100;

/** A stop that comes this late before the time still finds the call held. */
const LOOK_FOR_DUE_EVERY_MS = 1000;

export function createGate(parts: GateParts): Gate {
  const { store, clock, client } = parts;
  const underWay = new Set<Promise<unknown>>();
  const closing = new AbortController();
  let recoveredAt = clock.now();
  let calls = 0;

  /** Keeps count of what must end before the store may be closed. */
  function tracked<T>(work: () => Promise<T>): Promise<T> {
    if (closing.signal.aborted)
      return Promise.reject(new HalyardError("store_unavailable", "Halyard is stopping.", { hint: "Call again when it runs." }));
    const running = work().finally(() => underWay.delete(running));
    underWay.add(running);
    return running;
  }

  /** What goes back to an agent, errors too, goes through its veil: inside of it everything is as Klaviyo has it. */
  async function call(caller: Caller, input: CallInput): Promise<CallResult> {
    const back: PutBack = new Map();
    try {
      return await forAgent(parts, caller, await steps(caller, input, back));
    } catch (thrown) {
      throw await errorForAgent(parts, caller, thrown, back);
    }
  }

  async function steps(caller: Caller, input: CallInput, back: PutBack): Promise<CallResult> {
    await recoverNowAndThen();
    parts.at("gate.received");
    return input.action === UNDO ? takeBack(caller, input) : take(caller, input, { back });
  }

  /** What a step of it was refused for is on the record of that step. */
  async function takeBack(caller: Caller, input: CallInput): Promise<CallResult> {
    const recorded = new Set<unknown>();
    const takeStep = (of: Caller, step: CallInput, undoes: Undoing): Promise<CallResult> =>
      take(of, step, { undoes }).catch((thrown: unknown) => {
        recorded.add(thrown);
        throw thrown;
      });
    try {
      return await undo(parts, takeStep, caller, input);
    } catch (thrown) {
      if (recorded.has(thrown)) throw thrown;
      return refused({ caller, input, callId: parts.newId("call"), receivedAt: clock.now() }, thrown);
    }
  }

  /** A step of an undoing is made of what Klaviyo holds, not of what an agent was shown: nothing in it is a token. */
  async function take(caller: Caller, input: CallInput, origin: { back: PutBack } | { undoes: Undoing }): Promise<CallResult> {
    const back = "back" in origin ? origin.back : undefined;
    const undoes = "undoes" in origin ? origin.undoes : undefined;
    const callId = parts.newId("call");
    const receivedAt = clock.now();
    if (back && input.action === PLAN && input.intent !== "read")
      return runPlanCall(parts, { caller, input, callId, receivedAt, back }, { rule, perform });
    let context: CallContext;
    try {
      await refuseStoredSecrets(parts, input);
      parts.at("gate.no-secrets");
      const connection = await assertStanding(store, caller);
      parts.at("gate.connection-found");
      const given = back ? await unveil(parts, caller, connection, input, back) : input;
      parts.at("gate.unveiled");
      const prepared = await prepareInGeneration(parts, store, caller, connection, given, { undoes });
      parts.at("gate.prepared");
      context = { caller, input, callId, receivedAt, connection, prepared };
    } catch (thrown) {
      return refused({ caller, input: withheld(input, thrown), callId, receivedAt }, thrown);
    }
    await lookAgain(parts, context);
    parts.at("gate.standing-known");
    return perform(context, await rule(context));
  }

  async function perform(context: CallContext, ruling: Ruling): Promise<CallResult> {
    parts.at("gate.decided");
    const isRead = !isWrite(context.prepared.operation) && ruling.verdict === "allow";
    if (isRead && !(await isOverCap(context, ruling))) return read(context, ruling);
    return write(context, ruling);
  }

  /** Decides a call on what is committed now; inside a transaction, on the facts of the ruling before. */
  async function rule(context: CallContext, inside?: { tables: Tables; gathered: Ruling["gathered"] }): Promise<Ruling> {
    const decided = await decideCall(parts, questionOf(context), context.connection, inside);
    return afterUnknown(inside?.tables ?? store, context, decided);
  }

  async function recoverNowAndThen(): Promise<void> {
    calls++;
    // A clock that was set back counts as time that has passed.
    const isTime = Math.abs(clock.now() - recoveredAt) >= RECOVER_EVERY_MS;
    if (isTime) recoveredAt = clock.now();
    await keptUp(async () => {
      if (isTime) await recoverAll();
      if (isTime) reconcileBeside();
      if (isTime || calls % CHECKPOINT_LOOK === 0) await checkpointIfDue(parts);
      await parts.refusals.flush();
    });
  }

  async function recoverAll(): Promise<{ unknown: number; expired: number }> {
    await eraseOver(parts);
    return recover(parts);
  }

  /** Reads of the account take their time: no call waits for them, but the store is not closed under them. */
  function reconcileBeside(): void {
    const running: Promise<unknown> = lookDue(parts, closing.signal)
      .catch(() => 0)
      .finally(() => underWay.delete(running));
    underWay.add(running);
  }

  /** What a store that cannot be written keeps from happening now is tried again at the next call; a write is refused by its own transaction. */
  async function keptUp(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (!(thrown instanceof HalyardError && thrown.code.startsWith("store_"))) throw thrown;
    }
  }

  /** A refusal that cannot be put on the record stays a refusal, and is counted. */
  async function refused(context: Omit<Parameters<typeof recordRefusal>[1], "thrown">, thrown: unknown): Promise<never> {
    await recordRefusal(parts, { ...context, thrown }).catch(() => parts.refusals.missed("refused"));
    parts.at("gate.refused");
    throw thrown;
  }

  async function read(context: CallContext, ruling: Ruling): Promise<CallResult> {
    const { prepared, connection, callId } = context;
    const { operation, request } = prepared;
    try {
      const standing = async (): Promise<void> => void (await assertStanding(store, context.caller));
      const credentials = { ...(await credentialsOf(parts, connection)), permit: standing, agentId: payerOf(context.caller) };
      const { status, body, requestId } = await client.read(operation, request, credentials);
      // Who was revoked while Klaviyo answered does not get the answer.
      await standing();
      const end = { httpStatus: status, errorCode: null, requestId, uses: usesOfRead(body) };
      const isRecorded = await readRecorded(context, ruling, end);
      return {
        status: "done",
        call_id: callId,
        operation: operation.id,
        http_status: status,
        body,
        ...(!isRecorded && { unrecorded: true }),
      };
    } catch (thrown) {
      const errorCode = thrown instanceof HalyardError ? thrown.code : "internal";
      // What the store failed at is not tried with it a second time, and a caller that runs into its own limit may not fill the record with that.
      const isCounted =
        errorCode.startsWith("store_") || (errorCode === "rate_limited" && !parts.refusals.admit(context.caller.agentId, errorCode));
      if (!isCounted) await readRecorded(context, ruling, { httpStatus: null, errorCode, requestId: null });
      throw thrown;
    }
  }

  /** False when the store could not take it, and the owner's setting lets reads go on without. */
  async function readRecorded(context: CallContext, ruling: Ruling, end: Parameters<typeof recordRead>[3]): Promise<boolean> {
    try {
      await recordRead(parts, context, ruling, end);
      return true;
    } catch (thrown) {
      const isStore = thrown instanceof HalyardError && thrown.code.startsWith("store_");
      parts.refusals.missed(isStore && parts.allowUnrecordedReads ? "read" : "read.refused");
      if (!isStore || !parts.allowUnrecordedReads) throw thrown;
      return false;
    }
  }

  /** Decides, asks and intends in one transaction; sends what it let go. Also the end of a read that a rule denies. */
  async function write(context: CallContext, expected: Ruling): Promise<CallResult> {
    const turn = await turnOf(context, expected).catch((thrown: unknown) => refused(context, thrown));
    parts.at("gate.turn-committed");
    if ("answer" in turn) return turn.answer;
    const result = await send(parts, turn.send);
    parts.at("gate.sent");
    return result;
  }

  async function turnOf(context: CallContext, expected: Ruling): Promise<Turn> {
    const { caller } = context;
    const lookUps = watchReads(parts);
    const sight = expected.verdict === "deny" ? NOTHING_SEEN : await sightOf(lookUps.parts, context, expected);
    parts.at("gate.sight-taken");
    const isTainted = sight.read.objects.length > 0;
    if (afterLook(context.prepared, sight.before, expected).verdict === "ask") await parts.dayKeys.refresh();
    parts.at("gate.keys-read");
    await parts.dayKeys.ready();
    parts.at("gate.keys-ready");
    return store.transaction(async (tables): Promise<Turn> => {
      // Decided again on what is committed now: a revocation or a tighter policy may have come in between.
      const connection = await assertStanding(tables, caller);
      parts.at("gate.standing-again");
      const isWriting = isWrite(context.prepared.operation);
      if (isWriting) await assertNotPaused(tables, caller);
      parts.at("gate.not-paused");
      const ruled = await rule({ ...context, connection }, { tables, gathered: expected.gathered });
      parts.at("gate.decided-again");
      const ruling = afterLook(context.prepared, sight.before, ruled);
      const isGone = ruling.verdict === "allow" && sight.before.state === "absent";
      const lost = isGone ? await lostDelete(parts, tables, context) : undefined;
      parts.at("gate.gone-checked");
      if (isGone && !lost) throw absent(context.prepared.operation);
      const earlier = lost ?? (ruling.verdict === "deny" ? undefined : await standingOf(parts, tables, context, ruling.verdict));
      parts.at("gate.standing-checked");
      const isFlood = ruling.verdict === "deny" && !parts.refusals.admit(caller.agentId, "denied");
      if (!isFlood) await insertCall(parts, tables, context, ruling, sight.target, lookUps.entries(clock.now(), whose(context)));
      parts.at("gate.call-written");
      if (ruling.verdict === "deny") {
        if (!isFlood && !ruling.isOverCap && isWriting) await noteDenial(parts, tables, context);
        parts.at("gate.denial-noted");
        return { answer: denied(context, saidTo(caller, ruling)) };
      }
      if (earlier) return { answer: await answerInstead(tables, context, earlier) };
      parts.at("gate.not-answered");
      if (ruling.verdict === "ask") return ask(parts, tables, { context, ruling, sight, isTainted });
      return { send: await intend(parts, tables, departureOf(context, connection, ruling, sight)) };
    });
  }

  /** Ends a call with what the same one came to before. */
  async function answerInstead(tables: Tables, { callId }: CallContext, { result, intentId }: Standing): Promise<CallResult> {
    if (!("body" in result || "error" in result)) return result;
    await tables.calls.update(callId, { status: result.status, intent_id: intentId, finished_at: clock.now() });
    parts.at("gate.turn-taken");
    return result;
  }

  /** A cap that is used up: nothing is read then; the transaction that denies counts it again. */
  async function isOverCap(context: CallContext, { policy, gathered }: Ruling): Promise<boolean> {
    return (await capDenial(parts, store, context.connection, policy, questionOf(context), gathered)) !== undefined;
  }

  /** Read outside of the transaction: what is there before the write, and where a card is going to be made or an approved one used, all that it acts on. */
  async function sightOf(watched: GateParts, context: CallContext, ruling: Ruling): Promise<Sight> {
    const { caller, prepared, connection } = context;
    const { verdict, policy, policyVersion } = ruling;
    const isAsked = verdict === "ask" || (prepared.undoes && prepared.undoes.drift.state !== "none");
    if (!isAsked) return (await isOverCap(context, ruling)) ? NOTHING_SEEN : glimpseUnasked(watched, connection, prepared, caller.agentId);
    const live = await store.approvals.pendingByDigest(caller.agentId, prepared.digest);
    const goesOnWaiting = live?.status === "pending" && live.policy_version === policyVersion && clock.now() <= live.decide_by;
    if (goesOnWaiting) return NOTHING_SEEN;
    if (!live && (await tooManyPending(parts, store, caller, policy.caps)) !== undefined) return NOTHING_SEEN;
    return glimpse(watched, connection, prepared, caller.agentId);
  }

  const desk = createOwnerDesk(parts);
  return {
    ...desk,
    call: (caller, input) => tracked(() => call(caller, input)),
    approve: (approvalId, by, options) =>
      tracked(async () => {
        await parts.epoch.assertCurrent(store);
        await assertMaySend(store, parts.fence);
        return withKeys(() => desk.approve(approvalId, by, options));
      }),
    deny: (approvalId, by, reason) => withKeys(() => desk.deny(approvalId, by, reason)),
    approval: async (caller, approvalId) => viewForAgent(parts, caller, await withKeys(() => desk.approval(caller, approvalId))),
    approvals: (filter) => withKeys(() => desk.approvals(filter)),
    edit: (approvalId, by, changes) => tracked(() => withKeys(() => desk.edit(approvalId, by, changes))),
    standing: (approvalId, scope) => withKeys(() => desk.standing(approvalId, scope)),
    stop: (id, by) => withKeys(() => desk.stop(id, by)),
    sendDue: () => tracked(() => withKeys(() => desk.sendDue())),
    recover: recoverAll,
    reconcile: () => tracked(() => lookDue(parts, closing.signal)),
    reconcileBeside,
    stopAll: (by) => stopWrites(parts, by),
    resume: (by) => resumeWrites(parts, by),
    async attend(signal) {
      const ends = AbortSignal.any([signal, closing.signal]);
      while (!ends.aborted) {
        // What fails now is tried again; a store that is away says so wherever it matters.
        await tracked(() => withKeys(() => desk.sendDue())).catch(() => 0);
        await clock.wait(LOOK_FOR_DUE_EVERY_MS, ends).catch(() => undefined);
      }
    },
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      await Promise.allSettled(underWay);
      const now = clock.now();
      // A store that fails now has failed at calls before; what is left must close all the same.
      await Promise.allSettled([parts.refusals.flush(true).then(() => checkpointIfDue(parts))]);
      // Who dies without this has perhaps not told its last callers (hearing.ts).
      await store.intents.markHeard(parts.holder, now, now).catch(() => undefined);
    },
  };

  /** Cards lie under the keys of their days, which another process may have made or erased. */
  async function withKeys<T>(work: () => Promise<T>): Promise<T> {
    await parts.dayKeys.refresh();
    await parts.dayKeys.ready();
    return work();
  }
}

function questionOf({ caller, prepared: { operation, args, digest } }: CallContext): Question {
  return { operation, args, caller, digest };
}

function departureOf(
  context: CallContext,
  connection: ConnectionRow,
  { gathered }: Ruling,
  { before }: Sight,
): Omit<Departure, "intentId" | "recordedAs"> {
  const { callId, caller, prepared } = context;
  const { operation, request, digest, undoes } = prepared;
  const uses = usesOf(questionOf(context), gathered);
  return { callId, approvalId: null, operation, request, digest, connection, caller, uses, before, undoes, isAwaited: true };
}
