import { createHash } from "node:crypto";
import { isWrite, type Operation } from "../../catalog/operation.ts";
import { HalyardError } from "../../lib/errors.ts";
import { canonicalJson, type JsonObject } from "../../lib/json.ts";
import { maskSecretShapes } from "../../lib/secret-shapes.ts";
import { terminalSafe, truncate } from "../../lib/text.ts";
import type { Uses } from "../../policy/caps.ts";
import type { Tables } from "../../store/tables.ts";
import type { NewAuditEntry } from "../../store/tables/audit.ts";
import type { NewCall } from "../../store/tables/calls.ts";
import type { CallInput, Caller, GateParts } from "../call.ts";
import type { Card } from "../cards/card.ts";
import { dayAt } from "./day-keys.ts";
import type { Ruling } from "../decision.ts";
import type { CallContext } from "../prepare.ts";
import { isAboutPeople, plainName, plainPath, redacted, withoutPeople } from "./redact.ts";

const MAX_REASON_CHARACTERS = 1000;

/** What a call asked, whole: encrypted under the key of its day, and opened for the owner while that key exists. */
export interface CallBody {
  action: string;
  args: JsonObject;
  reason: string | null;
  target: Card["target"];
}

/** The row of a call as it begins; the transaction that decided it goes on to change its status. `looked` is what was read for its card. */
export async function insertCall(
  parts: GateParts,
  tables: Tables,
  context: CallContext,
  ruling: Ruling,
  target: Card["target"],
  looked: NewAuditEntry[] = [],
): Promise<void> {
  const { caller, prepared, receivedAt } = context;
  const { operation, digest } = prepared;
  const status = ruling.verdict === "deny" ? "denied" : ruling.verdict === "ask" ? "approval_required" : "received";
  await tables.calls.insert({
    ...callRow(context),
    verdict: ruling.verdict,
    because: ruling.because,
    status,
    target: targetText(context, target),
    finished_at: status === "denied" ? receivedAt : null,
  });
  const body = await keepBody(parts, tables, context, target);
  const entry = { ...whose(context), at: parts.clock.now() };
  await tables.audit.append(
    {
      ...entry,
      event: "received",
      fields: {
        door: caller.door,
        received_at: receivedAt,
        operation: operation.id,
        digest,
        risk: operation.effect.risk,
        arguments: redacted(operation, prepared.args),
        ...body,
      },
    },
    ...looked,
    {
      ...entry,
      event: "decided",
      fields: {
        verdict: ruling.verdict,
        because: ruling.because,
        rules: ruling.rules,
        policy_version: ruling.policyVersion,
        // Without their values: those of arguments can be people's.
        conditions: ruling.findings.map(({ rule, path, truth }) => `${rule}: ${path} ${truth}`),
      },
    },
  );
}

/** A read that was tried: one call row and one audit row, in one transaction. */
export async function recordRead(
  parts: GateParts,
  context: CallContext,
  decision: Ruling,
  end: { httpStatus: number | null; errorCode: string | null; requestId: string | null; uses?: Uses },
): Promise<void> {
  const { caller, callId, connection, prepared } = context;
  await parts.dayKeys.ready();
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
    const whom = { call_id: callId, connection_id: connection.id, agent_id: caller.agentId, at };
    if (end.uses) await tables.capUses.add(whom, end.uses);
    const body = await keepBody(parts, tables, context, null);
    await tables.audit.append({
      ...whose(context),
      at,
      event: "read",
      fields: {
        door: caller.door,
        operation: prepared.operation.id,
        digest: prepared.digest,
        arguments: redacted(prepared.operation, prepared.args),
        ...body,
        verdict: decision.verdict,
        rules: decision.rules,
        policy_version: decision.policyVersion,
        http_status: end.httpStatus,
        klaviyo_request_id: end.requestId,
        error: end.errorCode,
      },
    });
  });
}

/** Label under which the body of a call is sealed. */
export const bodyLabel = (callId: string): string => `body:${callId}`;

/** Keeps the body beside the record; gives the name of the key and the SHA-256 of its sealed text, hex, for the row: what lies beside cannot be changed unseen. */
async function keepBody(parts: GateParts, tables: Tables, context: CallContext, target: Card["target"]): Promise<JsonObject> {
  const { callId, input, prepared } = context;
  const body = { action: input.action, args: prepared.args, reason: reasonOf(input), target: target && { ...target } };
  const sealed = parts.dayKeys.seal(canonicalJson(body), bodyLabel(callId));
  const key = parts.dayKeys.keyOf(sealed);
  await tables.auditBodies.insert({ id: callId, day: key?.day ?? dayAt(context.receivedAt), sealed });
  return { body: createHash("sha256").update(sealed).digest("hex"), body_key: key?.id ?? null };
}

/** A call that was refused before anything was decided. What was asked is kept short and harmless: it may be hostile. */
export async function recordRefusal(
  parts: GateParts,
  refused: { caller: Caller; input: CallInput; callId: string; receivedAt: number; thrown: unknown },
): Promise<void> {
  const { caller, input, callId, receivedAt, thrown } = refused;
  const code = thrown instanceof HalyardError ? thrown.code : "internal";
  await parts.refusals.flush();
  if (!parts.refusals.admit(caller.agentId, code)) return;
  const violations =
    thrown instanceof HalyardError
      ? thrown.violations.slice(0, 10).map(({ path, message }) => maskSecretShapes(`${plainPath(path)} ${message}`))
      : [];
  const action = plainName(maskSecretShapes(input.action));
  const at = parts.clock.now();
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
      reason: shownReason(input),
      error_code: code,
      http_status: null,
      target: null,
      received_at: receivedAt,
      finished_at: at,
    });
    await tables.audit.append({
      at,
      event: "refused",
      call_id: callId,
      agent_id: caller.agentId,
      connection_id: caller.connectionId,
      fields: { door: caller.door, received_at: receivedAt, action, error: code, violations, arguments_digest: digestOf(input) },
    });
  });
}

/** SHA-256, hex, of the canonical arguments; null for what has no canonical form. */
function digestOf({ args }: CallInput): string | null {
  try {
    return createHash("sha256").update(canonicalJson(args)).digest("hex");
  } catch {
    return null;
  }
}

/** Whose row it is. */
export function whose({ callId, caller, connection }: CallContext) {
  return { call_id: callId, agent_id: caller.agentId, connection_id: connection.id };
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
    reason: shownReason(input),
    error_code: null,
    http_status: null,
    target: null,
    received_at: receivedAt,
    finished_at: null,
  };
}

function reasonOf({ reason }: CallInput): string | null {
  return reason === undefined ? null : truncate(terminalSafe(maskSecretShapes(reason)), MAX_REASON_CHARACTERS);
}

/** The agent's words as lists of calls show them; whole they are in the body. */
function shownReason(input: CallInput): string | null {
  const reason = reasonOf(input);
  return reason === null ? null : withoutPeople(reason);
}

/** `list` of `/api/lists/{id}/…`; the operation's own type where the id stands in the body. */
function typeOfPath({ path, resource, args }: Operation): string {
  const collection = path.split("/")[2] ?? "";
  if (!args.some((arg) => arg.in === "path")) return resource ?? "object";
  return collection.replace(/ies$/, "y").replace(/s$/, "");
}

/** What a line in the activity list says the call was about. People are told by their ids only. */
function targetText({ prepared }: CallContext, target: Card["target"]): string | null {
  const { operation, args } = prepared;
  const name = (text: string): string => ` "${withoutPeople(terminalSafe(truncate(maskSecretShapes(text), 60)))}"`;
  const isPerson = isAboutPeople(operation);
  if (target) return `${target.type} ${target.id}${target.name === null || isPerson ? "" : name(target.name)}`;
  const { id, name: called } = args;
  if (typeof id === "string") return `${typeOfPath(operation)} ${maskSecretShapes(id)}`;
  return isWrite(operation) && !isPerson && typeof called === "string" ? name(called).trim() : null;
}
