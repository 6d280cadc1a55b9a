import { mustFind } from "../catalog/catalog.ts";
import type { Operation } from "../catalog/operation.ts";
import type { WireRequest } from "../catalog/request.ts";
import { isoMillis } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import { canonicalJson, type Json } from "../lib/json.ts";
import type { ApprovalRow } from "../store/tables/approvals.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { ApprovalView, Caller, GateParts } from "./call.ts";
import { cardDigest, renderCard, type Card } from "./card.ts";
import type { Prepared } from "./prepare.ts";
import type { Sight } from "./sight.ts";
import { outlookOf, undoingOf } from "./undo-card.ts";
import type { StepOf } from "./undo-keeping.ts";
import type { Undoing } from "./undo.ts";

interface AskInput {
  prepared: Prepared;
  connection: ConnectionRow;
  caller: Caller;
  callId: string;
  policyVersion: number;
  reason: string | null;
  sight: Sight;
  undoes?: Undoing | undefined;
}

/** Makes the approval row of a call that must be asked: card, bound digest, sealed request, and a MAC over what it binds. */
export function draftApproval(parts: GateParts, input: AskInput): ApprovalRow {
  const { prepared, connection, caller, callId, policyVersion, reason, sight, undoes } = input;
  const { operation, request, digest } = prepared;
  const id = parts.newId("appr");
  const card = renderCard({
    operation,
    request,
    connection: connection.name,
    account: `${connection.account_name} (${connection.account_id})`,
    agent: caller.agentName,
    target: sight.target,
    audience: sight.audience,
    reason,
    undo: outlookOf(sight.before),
    undoes: undoes && undoingOf(undoes),
  });
  const now = parts.clock.now();
  const row: Omit<ApprovalRow, "hmac"> = {
    id,
    call_id: callId,
    connection_id: connection.id,
    account_id: connection.account_id,
    agent_id: caller.agentId,
    operation: operation.id,
    revision: operation.revision,
    catalog_hash: parts.catalog.hash,
    digest,
    preconditions_digest: sight.seen,
    effect_kind: operation.effect.kind,
    risk: operation.effect.risk,
    people: card.people.count,
    people_basis: card.people.basis,
    tainted: 0,
    policy_version: policyVersion,
    card: JSON.stringify(card),
    card_digest: cardDigest(card),
    request_sealed: parts.vault.seal(
      canonicalJson(JSON.parse(JSON.stringify({ request, effect: operation.effect, undoes: undoes && stepOf(undoes) })) as Json),
      requestContext(connection, id),
    ),
    created_at: now,
    decide_by: now + parts.limits.decideWithinMs,
    use_by: now + parts.limits.decideWithinMs + parts.limits.useWithinMs,
    status: "pending",
    status_reason: null,
    decided_by: null,
    decided_at: null,
    consumed_at: null,
    intent_id: null,
    told_at: null,
  };
  return { ...row, hmac: macOf(parts, row) };
}

/** MAC over what cannot change by itself: the call, the card, and the decision with its clock. Each transition makes it anew. */
export function macOf(parts: GateParts, row: Omit<ApprovalRow, "hmac">): string {
  const { id, call_id, connection_id, account_id, agent_id, operation, revision, catalog_hash, digest, policy_version } = row;
  const { preconditions_digest, card_digest, request_sealed, created_at, decide_by, use_by, status, decided_by, decided_at } = row;
  const call = { id, call_id, connection_id, account_id, agent_id, operation, revision, catalog_hash, digest, policy_version };
  const shown = { preconditions_digest, card_digest, request_sealed, created_at, decide_by };
  return parts.vault.mac(canonicalJson({ ...call, ...shown, use_by, status, decided_by, decided_at }), "approval");
}

/** Whether the row is as it was written, card included. */
export function isGenuine(parts: GateParts, row: ApprovalRow): boolean {
  return macOf(parts, row) === row.hmac && cardDigest(cardOf(row)) === row.card_digest;
}

function requestContext(connection: ConnectionRow, approvalId: string) {
  return { connection: connection.id, account: connection.account_id, purpose: `request:${approvalId}`, version: 1 };
}

/** The exact request that was approved, with its operation and effect class. */
export function approvedRequest(
  parts: GateParts,
  row: ApprovalRow,
  connection: ConnectionRow,
): { operation: Operation; request: WireRequest; undoes?: StepOf } {
  const sealed = parts.vault.open(row.request_sealed, requestContext(connection, row.id)).reveal();
  const { request, effect, undoes } = JSON.parse(sealed) as { request: WireRequest; effect: Operation["effect"]; undoes?: StepOf };
  return { operation: { ...mustFind(parts.catalog, row.operation), effect }, request, ...(undoes && { undoes }) };
}

function stepOf({ call, step, steps }: StepOf): StepOf {
  return { call, step, steps };
}

/** What the card said of undoing it; undefined on cards from before they said so. */
export function promisedUndo(row: ApprovalRow): string | undefined {
  return cardOf(row).undo?.class;
}

function cardOf(row: ApprovalRow): Card {
  return JSON.parse(row.card) as Card;
}

export function viewOf(row: ApprovalRow): ApprovalView {
  return {
    approval_id: row.id,
    call_id: row.call_id,
    connection_id: row.connection_id,
    agent_id: row.agent_id,
    operation: row.operation,
    status: row.status,
    status_reason: row.status_reason,
    created_at: isoMillis(row.created_at),
    decide_by: isoMillis(row.decide_by),
    use_by: isoMillis(row.use_by),
    decided_by: row.decided_by,
    decided_at: row.decided_at === null ? null : isoMillis(row.decided_at),
    card: cardOf(row),
  };
}

export function noSuchApproval(): HalyardError {
  return new HalyardError("not_found", "There is no approval of that id.", { hint: "halyard approvals lists them." });
}
