import { isWrite } from "../catalog/operation.ts";
import { HalyardError } from "../lib/errors.ts";
import { decide } from "../policy/decide.ts";
import type { Decision } from "../policy/policy.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import { ask, denied, type Turn } from "./ask.ts";
import { OWNER, type Caller, type CallInput, type CallResult, type GateParts } from "./call.ts";
import type { Card } from "./card.ts";
import { credentialsOf, revoked } from "./credentials.ts";
import { intend, send } from "./dispatch.ts";
import { createOwnerDesk, type OwnerDesk } from "./owner.ts";
import { prepare, type CallContext, type Prepared } from "./prepare.ts";
import { insertCall, recordRead, recordRefusal } from "./record.ts";
import { recover } from "./recover.ts";
import { lookUpTarget } from "./targets.ts";

/** The one way in: every door calls this, and nothing else can send a write. */
export interface Gate extends OwnerDesk {
  /** Takes a call through the eight steps. Throws `HalyardError` for what was refused before a decision (unknown action, wrong arguments …). */
  call(caller: Caller, input: CallInput): Promise<CallResult>;
  /** Turns what an interrupted process left behind into outcomes: run at start. */
  recover(): Promise<{ unknown: number; expired: number }>;
}

export function createGate(parts: GateParts): Gate {
  const { store, catalog, clock, client } = parts;

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
    const changes = isWrite(prepared.operation);
    if (problem && changes) decision.because = "The policy file cannot be used (halyard policy show tells why), so writes are denied.";
    return !changes && decision.verdict === "allow" ? read(context, decision) : write(context, decision, version);
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
      const { status, body } = await client.read(operation, request, await credentialsOf(parts, connection));
      await recordRead(parts, context, decision, { httpStatus: status, errorCode: null });
      return { status: "done", call_id: callId, operation: operation.id, http_status: status, body };
    } catch (thrown) {
      const errorCode = thrown instanceof HalyardError ? thrown.code : "internal";
      await recordRead(parts, context, decision, { httpStatus: null, errorCode });
      throw thrown;
    }
  }

  /** Decides, asks and intends in one transaction; sends what it let go. Also the end of a read that a rule denies. */
  async function write(context: CallContext, decision: Decision, policyVersion: number): Promise<CallResult> {
    const { connection, caller, callId, prepared } = context;
    const { operation, request, digest } = prepared;
    const target = decision.verdict === "ask" ? await targetOf(context) : null;
    const turn = await store.transaction(async (tables): Promise<Turn> => {
      const current = await tables.connections.find(connection.id);
      if (current?.status !== "active") throw revoked(connection);
      await insertCall(parts, tables, context, decision, target);
      if (decision.verdict === "deny") return { answer: denied(context, decision.because) };
      if (decision.verdict === "ask") return ask(parts, tables, { context, decision, policyVersion, target });
      return { send: await intend(parts, tables, { callId, approvalId: null, operation, request, digest, connection, caller }) };
    });
    return "send" in turn ? send(parts, turn.send) : turn.answer;
  }

  /** The name of what a new card is about; looked up outside of the transaction, and only where a card is going to be made. */
  async function targetOf({ caller, prepared, connection }: CallContext): Promise<Card["target"]> {
    if (await store.approvals.pendingByDigest(caller.agentId, prepared.digest)) return null;
    const credentials = await credentialsOf(parts, connection);
    return lookUpTarget(catalog, client, credentials, prepared.operation, prepared.request, prepared.args);
  }

  return { ...createOwnerDesk(parts), call, recover: () => recover(parts) };
}
