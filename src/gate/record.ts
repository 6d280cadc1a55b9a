import { isWrite, type Operation } from "../catalog/operation.ts";
import { HalyardError } from "../lib/errors.ts";
import { terminalSafe, truncate } from "../lib/text.ts";
import type { Uses } from "../policy/caps.ts";
import type { Decision } from "../policy/policy.ts";
import type { Tables } from "../store/tables.ts";
import type { NewCall } from "../store/tables/calls.ts";
import type { CallInput, Caller, GateParts } from "./call.ts";
import { leavesOf, type Card } from "./card.ts";
import type { CallContext } from "./prepare.ts";

const MAX_REASON_CHARACTERS = 1000;
const MAX_ACTION_CHARACTERS = 100;

/** The row of a call as it begins; the transaction that decided it goes on to change its status. */
export async function insertCall(
  parts: GateParts,
  tables: Tables,
  context: CallContext,
  decision: Decision,
  target: Card["target"],
): Promise<void> {
  const { caller, callId, connection, prepared, receivedAt } = context;
  const { operation, digest } = prepared;
  const status = decision.verdict === "deny" ? "denied" : decision.verdict === "ask" ? "approval_required" : "received";
  await tables.calls.insert({
    ...callRow(context),
    verdict: decision.verdict,
    because: decision.because,
    status,
    target: targetText(context, target),
    finished_at: status === "denied" ? receivedAt : null,
  });
  const entry = { call_id: callId, agent_id: caller.agentId, connection_id: connection.id };
  await tables.audit.append(
    {
      ...entry,
      at: receivedAt,
      event: "received",
      fields: { door: caller.door, operation: operation.id, digest, risk: operation.effect.risk, arguments: redacted(context) },
    },
    {
      ...entry,
      at: parts.clock.now(),
      event: "decided",
      fields: { verdict: decision.verdict, because: decision.because, rules: decision.rules },
    },
  );
}

/** A read that was tried: one call row and one audit row, in one transaction. */
export async function recordRead(
  parts: GateParts,
  context: CallContext,
  decision: Decision,
  end: { httpStatus: number | null; errorCode: string | null; uses?: Uses },
): Promise<void> {
  const { caller, callId, connection, prepared } = context;
  const at = parts.clock.now();
  await parts.store.transaction(async (tables) => {
    await tables.calls.insert({
      ...callRow(context),
      verdict: decision.verdict,
      because: decision.because,
      status: end.errorCode === null ? "done" : "failed",
      target: targetText(context, null),
      error_code: end.errorCode,
      http_status: end.httpStatus,
      finished_at: at,
    });
    if (end.uses) await tables.capUses.add({ call_id: callId, connection_id: connection.id, agent_id: caller.agentId, at }, end.uses);
    await tables.audit.append({
      at,
      event: "read",
      call_id: callId,
      agent_id: caller.agentId,
      connection_id: connection.id,
      fields: {
        door: caller.door,
        operation: prepared.operation.id,
        digest: prepared.digest,
        arguments: redacted(context),
        verdict: decision.verdict,
        http_status: end.httpStatus,
        error: end.errorCode,
      },
    });
  });
}

/** A call that was refused before anything was decided. What was asked is kept short and harmless: it may be hostile. */
export async function recordRefusal(
  parts: GateParts,
  refused: { caller: Caller; input: CallInput; callId: string; receivedAt: number; thrown: unknown },
): Promise<void> {
  const { caller, input, callId, receivedAt, thrown } = refused;
  const code = thrown instanceof HalyardError ? thrown.code : "internal";
  const violations = thrown instanceof HalyardError ? thrown.violations.slice(0, 10).map(({ path, message }) => `${path} ${message}`) : [];
  const action = terminalSafe(truncate(input.action, MAX_ACTION_CHARACTERS));
  await parts.store.transaction(async (tables) => {
    await tables.calls.insert({
      id: callId,
      door: caller.door,
      agent_id: caller.agentId,
      connection_id: caller.connectionId,
      action,
      operation: "",
      digest: "",
      effect_kind: "",
      risk: 0,
      verdict: null,
      because: null,
      approval_id: null,
      intent_id: null,
      status: "refused",
      reason: reasonOf(input),
      error_code: code,
      http_status: null,
      target: null,
      received_at: receivedAt,
      finished_at: parts.clock.now(),
    });
    await tables.audit.append({
      at: receivedAt,
      event: "refused",
      call_id: callId,
      agent_id: caller.agentId,
      connection_id: caller.connectionId,
      fields: { door: caller.door, action, error: code, violations },
    });
  });
}

function callRow({ caller, input, callId, receivedAt, connection, prepared }: CallContext): NewCall {
  const { operation, digest } = prepared;
  return {
    id: callId,
    door: caller.door,
    agent_id: caller.agentId,
    connection_id: connection.id,
    action: input.action,
    operation: operation.id,
    digest,
    effect_kind: operation.effect.kind,
    risk: operation.effect.risk,
    verdict: null,
    because: null,
    approval_id: null,
    intent_id: null,
    status: "received",
    reason: reasonOf(input),
    error_code: null,
    http_status: null,
    target: null,
    received_at: receivedAt,
    finished_at: null,
  };
}

function reasonOf({ reason }: CallInput): string | null {
  return reason === undefined ? null : truncate(terminalSafe(reason), MAX_REASON_CHARACTERS);
}

/** What was asked, leaf by leaf, short and without people's addresses: the digest stands for the whole. */
function redacted({ prepared }: CallContext): string[] {
  return leavesOf(prepared.args, "")
    .slice(0, 40)
    .map(({ path, value }) => `${path} = ${withoutPeople(truncate(value, 80))}`);
}

function withoutPeople(text: string): string {
  return text.replaceAll(/[^\s"@]+@([^\s"@]+)/g, "…@$1").replaceAll(/\+\d{6,}(\d{2})/g, "+…$1");
}

/** `list` of `/api/lists/{id}/…`; the operation's own type where the id stands in the body. */
function typeOfPath({ path, resource, args }: Operation): string {
  const collection = path.split("/")[2] ?? "";
  if (!args.some((arg) => arg.in === "path")) return resource ?? "object";
  return collection.replace(/ies$/, "y").replace(/s$/, "");
}

/** What a line in the activity list says the call was about. */
function targetText({ prepared }: CallContext, target: Card["target"]): string | null {
  if (target)
    return target.name === null
      ? `${target.type} ${target.id}`
      : `${target.type} ${target.id} "${terminalSafe(truncate(target.name, 60))}"`;
  const { operation, args } = prepared;
  const id = args["id"];
  if (typeof id === "string") return `${typeOfPath(operation)} ${id}`;
  const name = args["name"];
  return isWrite(operation) && typeof name === "string" ? `"${terminalSafe(truncate(name, 60))}"` : null;
}
