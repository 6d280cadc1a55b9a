import { isWrite } from "../catalog/operation.ts";
import { HalyardError } from "../lib/errors.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { Tables } from "../store/tables.ts";
import { ask, denied, type Turn } from "./ask.ts";
import type { Caller, CallInput, CallResult, GateParts } from "./call.ts";
import { credentialsOf } from "./credentials.ts";
import { assertStanding, decideCall, type Ruling } from "./decision.ts";
import { intend, send, type Departure } from "./dispatch.ts";
import { createOwnerDesk, type OwnerDesk } from "./owner.ts";
import { prepare, type CallContext } from "./prepare.ts";
import { insertCall, recordRead, recordRefusal } from "./record.ts";
import { recover } from "./recover.ts";
import { glimpse } from "./glimpse.ts";
import { NOTHING_SEEN, type Sight } from "./sight.ts";
import { eraseOver } from "./undo-keeping.ts";
import { afterLook } from "./undo-ruling.ts";
import { undo, UNDO, type Undoing } from "./undo.ts";

/** The one way in: every door calls this, and nothing else can send a write. */
export interface Gate extends OwnerDesk {
  /** Takes a call through the eight steps. Throws `HalyardError` for what was refused before a decision (unknown action, wrong arguments …). */
  call(caller: Caller, input: CallInput): Promise<CallResult>;
  /** Turns what an interrupted process left behind into outcomes: run at start, and by calls once a minute. */
  recover(): Promise<{ unknown: number; expired: number }>;
  /** Refuses new calls and resolves when those under way have their outcome on record. */
  close(): Promise<void>;
}

const RECOVER_EVERY_MS = 60_000;

export function createGate(parts: GateParts): Gate {
  const { store, catalog, clock, client } = parts;
  const underWay = new Set<Promise<unknown>>();
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
    if (input.action !== UNDO) return take(caller, input);
    return undo(parts, take, caller, input).catch(async (thrown: unknown) => {
      await recordRefusal(parts, { caller, input, callId: parts.newId("call"), receivedAt: clock.now(), thrown });
      throw thrown;
    });
  }

  async function take(caller: Caller, input: CallInput, undoes?: Undoing): Promise<CallResult> {
    const callId = parts.newId("call");
    const receivedAt = clock.now();
    let context: CallContext;
    try {
      const connection = await assertStanding(store, caller);
      context = { caller, input, callId, receivedAt, connection, prepared: prepare(catalog, caller, connection, input, undoes), undoes };
    } catch (thrown) {
      await recordRefusal(parts, { caller, input, callId, receivedAt, thrown });
      throw thrown;
    }
    const ruling = await afterUnknown(store, context, await decideCall(parts, context.prepared.operation, context.connection));
    if (!isWrite(context.prepared.operation) && ruling.verdict === "allow") return read(context, ruling);
    return write(context, ruling);
  }

  async function recoverNowAndThen(): Promise<void> {
    if (clock.now() - recoveredAt < RECOVER_EVERY_MS) return;
    recoveredAt = clock.now();
    await recoverAll();
  }

  async function recoverAll(): Promise<{ unknown: number; expired: number }> {
    await eraseOver(parts);
    return recover(parts);
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
    const turn = await turnOf(context, expected).catch(async (thrown: unknown) => {
      const { caller, input, callId, receivedAt } = context;
      await recordRefusal(parts, { caller, input, callId, receivedAt, thrown });
      throw thrown;
    });
    if ("answer" in turn) return turn.answer;
    const result = await send(parts, turn.send);
    const { approvalId } = turn.send;
    // The agent hears it now; an unknown outcome stays the answer to the next ask as well.
    if (approvalId !== null && result.status !== "unknown") await store.approvals.markTold(approvalId, clock.now()).catch(() => false);
    return result;
  }

  async function turnOf(context: CallContext, expected: Ruling): Promise<Turn> {
    const { caller, prepared } = context;
    const sight = expected.verdict === "deny" ? NOTHING_SEEN : await sightOf(context, expected);
    return store.transaction(async (tables): Promise<Turn> => {
      // Decided again on what is committed now: a revocation or a tighter policy may have come in between.
      const connection = await assertStanding(tables, caller);
      const ruling = afterLook(
        context,
        sight,
        await afterUnknown(tables, context, await decideCall(parts, prepared.operation, connection, tables)),
      );
      await insertCall(parts, tables, context, ruling, sight.target);
      if (ruling.verdict === "deny") return { answer: denied(context, ruling.because) };
      if (ruling.verdict === "ask") return ask(parts, tables, { context, decision: ruling, policyVersion: ruling.policyVersion, sight });
      return { send: await intend(parts, tables, departureOf(context, connection, sight)) };
    });
  }

  /** What may have happened already is not simply allowed a second time, unless a second time is harmless. */
  async function afterUnknown(tables: Tables, { caller, prepared }: CallContext, ruling: Ruling): Promise<Ruling> {
    if (ruling.verdict !== "allow" || ["read", "idempotent"].includes(prepared.operation.effect.retry)) return ruling;
    const last = await tables.calls.lastSent(caller.agentId, prepared.digest);
    if (last?.status !== "unknown" && last?.status !== "sent") return ruling;
    return {
      ...ruling,
      verdict: "ask",
      because: "This very call was sent before and its outcome is unknown: the owner decides whether it is sent again.",
    };
  }

  /** Read outside of the transaction, and only where a card is going to be made or an approved one used. */
  async function sightOf(context: CallContext, { verdict, policyVersion }: Ruling): Promise<Sight> {
    const { caller, prepared, connection, undoes } = context;
    const isAsked = verdict === "ask" || (undoes !== undefined && undoes.drift.state !== "none");
    const wanted = { isAsked, undoSeen: undoes?.seen ?? "", refusesAbsent: true };
    if (!isAsked) return glimpse(parts, connection, prepared.operation, prepared.request, wanted);
    const live = await store.approvals.pendingByDigest(caller.agentId, prepared.digest);
    const goesOnWaiting = live?.status === "pending" && live.policy_version === policyVersion && clock.now() <= live.decide_by;
    if (goesOnWaiting) return NOTHING_SEEN;
    if (!live && (await store.approvals.countPending(caller.agentId, clock.now())) >= parts.limits.maxPending) return NOTHING_SEEN;
    return glimpse(parts, connection, prepared.operation, prepared.request, wanted);
  }

  const desk = createOwnerDesk(parts);
  return {
    ...desk,
    call: (caller, input) => tracked(() => call(caller, input)),
    approve: (approvalId, by, options) => tracked(() => desk.approve(approvalId, by, options)),
    recover: recoverAll,
    async close() {
      isClosing = true;
      await Promise.allSettled(underWay);
    },
  };
}

function departureOf(
  { callId, caller, prepared, undoes }: CallContext,
  connection: ConnectionRow,
  { before }: Sight,
): Omit<Departure, "intentId"> {
  const { operation, request, digest } = prepared;
  return { callId, approvalId: null, operation, request, digest, connection, caller, before, undoes };
}
