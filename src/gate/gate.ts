import { mustFind } from "../catalog/catalog.ts";
import { isWrite } from "../catalog/operation.ts";
import { isoMillis } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import { failureOf } from "../klaviyo/failures.ts";
import { decide } from "../policy/decide.ts";
import type { Decision } from "../policy/policy.ts";
import type { Tables } from "../store/tables.ts";
import type { ApprovalRow } from "../store/tables/approvals.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import { approvedRequest, draftApproval, isGenuine, noSuchApproval, obstacle, settle, transition, viewOf } from "./approvals.ts";
import {
  OWNER,
  type ApprovalRequired,
  type ApprovalView,
  type CallInput,
  type CallResult,
  type Caller,
  type Denied,
  type GateParts,
} from "./call.ts";
import { credentialsOf, revoked } from "./credentials.ts";
import { intend, resultOf, send, type Departure } from "./dispatch.ts";
import { prepare, type CallContext, type Prepared } from "./prepare.ts";
import { insertCall, recordRead, recordRefusal } from "./record.ts";
import { recover } from "./recover.ts";
import { lookUpTarget } from "./targets.ts";

/** The one way in: every door calls this, and nothing else can send a write. */
export interface Gate {
  /** Takes a call through the eight steps. Throws `HalyardError` for what was refused before a decision (unknown action, wrong arguments …). */
  call(caller: Caller, input: CallInput): Promise<CallResult>;
  /** An approval as its own agent, or the owner, may see it; `not_found` for anyone else's. */
  approval(caller: Caller, approvalId: string): Promise<ApprovalView>;
  /** For the owner: approvals, newest first. */
  approvals(filter: { status?: ApprovalView["status"]; limit?: number }): Promise<ApprovalView[]>;
  /** The owner's yes. With `run` the call is sent at once and its result returned; without, the agent sends it by asking again. */
  approve(approvalId: string, by: string, options: { run: boolean }): Promise<ApprovalView>;
  /** The owner's no. */
  deny(approvalId: string, by: string, reason: string | null): Promise<ApprovalView>;
  /** Turns what an interrupted process left behind into outcomes: run at start. */
  recover(): Promise<{ unknown: number; expired: number }>;
}

/** What a transaction decided: a write to send now, or an answer to give. */
type Turn = { send: Departure } | { answer: CallResult };

export function createGate(parts: GateParts): Gate {
  const { store, catalog, clock, limits } = parts;

  async function call(caller: Caller, input: CallInput): Promise<CallResult> {
    const callId = parts.newId("call");
    const receivedAt = clock.now();
    let prepared: Prepared;
    let connection: ConnectionRow;
    try {
      connection = await activeConnection(caller);
      await assertAgent(caller);
      prepared = prepare(catalog, caller, connection, input);
    } catch (thrown) {
      await recordRefusal(parts, { caller, input, callId, receivedAt, thrown });
      throw thrown;
    }
    const context = { caller, input, callId, receivedAt, connection, prepared };
    const { policy, version, problem } = await parts.policies.current(connection);
    const decision = decide(policy, prepared.operation);
    if (problem && isWrite(prepared.operation))
      decision.because = "The policy file cannot be used (halyard policy show tells why), so writes are denied.";
    if (!isWrite(prepared.operation) && decision.verdict === "allow") return read(context, decision);
    return write(context, decision, version);
  }

  async function activeConnection(caller: Caller): Promise<ConnectionRow> {
    const connection = await store.connections.find(caller.connectionId);
    if (!connection) throw new HalyardError("not_found", "There is no such connection.", { hint: "halyard connections lists them." });
    if (connection.status !== "active") throw revoked(connection);
    return connection;
  }

  /** A session may outlive its agent: each call asks again. */
  async function assertAgent(caller: Caller): Promise<void> {
    if (caller.agentId === OWNER) return;
    const agent = await store.agents.find(caller.agentId);
    if (!agent || agent.revoked_at !== null || agent.connection_id !== caller.connectionId) {
      throw new HalyardError("unauthenticated", "This agent's token is not valid.", {
        hint: "The owner can make a new one with halyard agents add.",
      });
    }
  }

  async function read(context: CallContext, decision: Decision): Promise<CallResult> {
    const { prepared, connection, callId } = context;
    const { operation, request } = prepared;
    try {
      const answer = await parts.client.read(operation, request, await credentialsOf(parts, connection));
      const failure = failureOf(operation, answer);
      if (failure) throw failure;
      await recordRead(parts, context, decision, { httpStatus: answer.status, errorCode: null });
      return { status: "done", call_id: callId, operation: operation.id, http_status: answer.status, body: answer.body };
    } catch (thrown) {
      const code = thrown instanceof HalyardError ? thrown.code : "internal";
      await recordRead(parts, context, decision, { httpStatus: null, errorCode: code });
      throw thrown;
    }
  }

  async function write(context: CallContext, decision: Decision, policyVersion: number): Promise<CallResult> {
    const target = decision.verdict === "ask" ? await targetOf(context) : null;
    const turn = await store.transaction(async (tables): Promise<Turn> => {
      const current = await tables.connections.find(context.connection.id);
      if (current?.status !== "active") throw revoked(context.connection);
      await insertCall(parts, tables, context, decision, target);
      if (decision.verdict === "deny") return { answer: denied(context, decision.because) };
      if (decision.verdict === "allow") return { send: await depart(tables, context, null) };
      return ask(tables, context, decision, policyVersion, target);
    });
    return "send" in turn ? send(parts, turn.send) : turn.answer;
  }

  function depart(tables: Tables, { caller, callId, connection, prepared }: CallContext, approvalId: string | null): Promise<Departure> {
    const { operation, request, digest } = prepared;
    return intend(parts, tables, { callId, approvalId, operation, request, digest, connection, caller });
  }

  /** The name of what a new card is about; looked up outside of the transaction, and only where a card is going to be made. */
  async function targetOf({ caller, prepared, connection }: CallContext) {
    const live = await store.approvals.pendingByDigest(caller.agentId, prepared.digest);
    if (live) return null;
    return lookUpTarget(catalog, parts.client, await credentialsOf(parts, connection), prepared.operation, prepared.request, prepared.args);
  }

  /** Step 5, in the transaction of the call: the same call finds its approval again, whatever became of it. */
  async function ask(
    tables: Tables,
    context: CallContext,
    decision: Decision,
    policyVersion: number,
    target: Awaited<ReturnType<typeof targetOf>>,
  ): Promise<Turn> {
    const { caller, prepared, connection, callId, input } = context;
    const live = await tables.approvals.pendingByDigest(caller.agentId, prepared.digest);
    if (live) {
      const turn = await reuse(tables, context, live, decision);
      if (turn) return turn;
    } else {
      const turn = await answerFromPast(tables, context);
      if (turn) return turn;
    }
    if ((await tables.approvals.countPending(caller.agentId)) >= limits.maxPending) {
      const because = `${limits.maxPending} approvals are waiting for the owner already; ask again when some are decided.`;
      await tables.calls.update(callId, { status: "denied", because, verdict: "deny" });
      return { answer: denied(context, because) };
    }
    const row = draftApproval(parts, { prepared, connection, caller, callId, policyVersion, reason: input.reason ?? null, target });
    await tables.approvals.insert(row);
    await tables.calls.update(callId, { approval_id: row.id });
    await tables.audit.append({
      at: clock.now(),
      event: "approval.asked",
      call_id: callId,
      agent_id: caller.agentId,
      connection_id: connection.id,
      fields: { approval: row.id, digest: row.digest, card: row.card_digest, decide_by: row.decide_by },
    });
    return { answer: approvalRequired(context, row, decision.because) };
  }

  /** A live approval of the same digest: still waiting, or approved and used now. Undefined when it ran out or was voided: then a new one is asked. */
  async function reuse(tables: Tables, context: CallContext, row: ApprovalRow, decision: Decision): Promise<Turn | undefined> {
    const now = clock.now();
    if (row.status === "pending" && now <= row.decide_by) {
      await tables.calls.update(context.callId, { approval_id: row.id });
      return { answer: approvalRequired(context, row, decision.because) };
    }
    if (row.status === "pending") {
      await transition(parts, tables, row, "expired", "clock", { status_reason: "not decided in time" });
      return undefined;
    }
    const departed = await consume(tables, row, context, context.callId);
    return departed && { send: departed };
  }

  /** Uses an approval up, or voids it; in the transaction that writes the intent. */
  async function consume(
    tables: Tables,
    row: ApprovalRow,
    { caller, connection }: Pick<CallContext, "caller" | "connection">,
    callId: string,
  ): Promise<Departure | undefined> {
    const { operation, request } = approvedRequest(parts, row, connection);
    const why = await obstacle(parts, tables, row, operation);
    if (why !== undefined) {
      const overdue = clock.now() > row.use_by;
      await transition(parts, tables, row, overdue ? "expired" : "voided", "gate", { status_reason: why });
      return undefined;
    }
    const told = caller.agentId === row.agent_id && callId !== row.call_id ? clock.now() : null;
    if (!(await transition(parts, tables, row, "consumed", "gate", { consumed_at: clock.now(), told_at: told }))) return undefined;
    const departure = await intend(parts, tables, {
      callId,
      approvalId: row.id,
      operation,
      request,
      digest: row.digest,
      connection,
      caller,
    });
    await tables.approvals.transition(row.id, ["consumed"], "consumed", { intent_id: departure.intentId });
    return departure;
  }

  /** What the same call came to before: run under an approval and not yet told, or refused by the owner a short while ago. */
  async function answerFromPast(tables: Tables, context: CallContext): Promise<Turn | undefined> {
    const { caller, prepared, callId } = context;
    const [last] = await tables.approvals.byDigest(caller.agentId, prepared.digest, 1);
    if (last?.status === "denied" && clock.now() - (last.decided_at ?? 0) < limits.denialHoldsMs) {
      const because = `The owner said no to exactly this call at ${isoMillis(last.decided_at ?? 0)}.`;
      await tables.calls.update(callId, { status: "denied", because, approval_id: last.id, verdict: "deny" });
      return { answer: denied(context, because) };
    }
    if (last?.status !== "consumed" || last.told_at !== null) return undefined;
    const result = await pastResult(tables, last, context.connection);
    if (!result) return { answer: { ...approvalRequired(context, last, "It was approved and is being sent now."), approval_id: last.id } };
    await tables.approvals.markTold(last.id, clock.now());
    await tables.calls.update(callId, {
      status: result.status === "approval_required" ? "done" : result.status,
      approval_id: last.id,
      finished_at: clock.now(),
    });
    return { answer: result };
  }

  async function pastResult(tables: Tables, row: ApprovalRow, connection: ConnectionRow): Promise<CallResult | undefined> {
    const intent = row.intent_id === null ? undefined : await tables.intents.find(row.intent_id);
    const asked = intent && (await tables.calls.find(intent.call_id));
    return intent && asked && resultOf(parts, intent, asked, connection, mustFind(catalog, row.operation));
  }

  async function viewWithResult(row: ApprovalRow): Promise<ApprovalView> {
    const connection = row.status === "consumed" ? await store.connections.find(row.connection_id) : undefined;
    const result = connection && (await pastResult(store, row, connection));
    return { ...viewOf(row), ...(result && { result }) };
  }

  async function mustFindApproval(id: string): Promise<ApprovalRow> {
    const row = await store.approvals.find(id);
    if (!row) throw noSuchApproval();
    return settle(parts, row);
  }

  async function decideBy(row: ApprovalRow, to: "approved" | "denied", by: string, reason: string | null): Promise<ApprovalRow> {
    if (!isGenuine(parts, row))
      throw new HalyardError("audit_broken", "The record of this approval was changed after it was made.", {
        hint: "Do not approve it. Run halyard audit verify.",
      });
    const at = clock.now();
    const patch = { decided_by: by, decided_at: at, status_reason: reason, ...(to === "approved" && { use_by: at + limits.useWithinMs }) };
    const first = await store.transaction(async (tables) => {
      if (!(await transition(parts, tables, row, to, by, patch))) return false;
      if (to === "denied") await tables.calls.update(row.call_id, { status: "denied", because: "The owner said no.", finished_at: at });
      return true;
    });
    const now = await mustFindApproval(row.id);
    if (!first)
      throw new HalyardError("conflict", `This approval is ${now.status} already.`, {
        hint: `halyard approvals show ${row.id} tells what happened.`,
      });
    return now;
  }

  /** Sends an approved call on the owner's yes, as the agent's own call. */
  async function run(row: ApprovalRow): Promise<void> {
    const connection = await store.connections.find(row.connection_id);
    const asked = await store.calls.find(row.call_id);
    if (!connection || !asked) throw noSuchApproval();
    const agent = await store.agents.find(row.agent_id);
    const caller: Caller = { door: asked.door, agentId: row.agent_id, agentName: agent?.name ?? row.agent_id, connectionId: connection.id };
    const departure = await store.transaction((tables) => consume(tables, row, { caller, connection }, row.call_id));
    if (departure) await send(parts, departure);
  }

  return {
    call,
    async approval(caller, approvalId) {
      const row = await store.approvals.find(approvalId);
      if (!row || (caller.agentId !== OWNER && row.agent_id !== caller.agentId)) throw noSuchApproval();
      const view = await viewWithResult(await settle(parts, row));
      if (view.result && caller.agentId === row.agent_id) await store.approvals.markTold(row.id, clock.now());
      return view;
    },
    async approvals({ status, limit = 50 }) {
      const rows = await store.approvals.list({ status, limit });
      const settled = await Promise.all(rows.map((row) => settle(parts, row)));
      return settled.filter((row) => status === undefined || row.status === status).map(viewOf);
    },
    async approve(approvalId, by, options) {
      const approved = await decideBy(await mustFindApproval(approvalId), "approved", by, null);
      if (options.run) await run(approved);
      return viewWithResult(await mustFindApproval(approvalId));
    },
    async deny(approvalId, by, reason) {
      return viewOf(await decideBy(await mustFindApproval(approvalId), "denied", by, reason));
    },
    recover: () => recover(parts),
  };
}

function denied({ callId, prepared }: CallContext, because: string): Denied {
  return { status: "denied", call_id: callId, operation: prepared.operation.id, because };
}

function approvalRequired({ callId, prepared }: CallContext, row: ApprovalRow, because: string): ApprovalRequired {
  return {
    status: "approval_required",
    call_id: callId,
    approval_id: row.id,
    operation: prepared.operation.id,
    because,
    decide_by: isoMillis(row.decide_by),
  };
}
