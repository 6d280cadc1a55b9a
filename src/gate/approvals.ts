import { mustFind } from "../catalog/catalog.ts";
import type { Operation } from "../catalog/operation.ts";
import type { WireRequest } from "../catalog/request.ts";
import { isoMillis } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import { canonicalJson, type Json } from "../lib/json.ts";
import { decide } from "../policy/decide.ts";
import type { Tables } from "../store/tables.ts";
import type { ApprovalRow } from "../store/tables/approvals.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { ApprovalStatus, ApprovalView, Caller, GateParts } from "./call.ts";
import { cardDigest, renderCard, type Card } from "./card.ts";
import type { Prepared } from "./prepare.ts";

/** How far the wall clock may stand behind a time on record before nothing approved is used (attack E10). */
const CLOCK_BACK_MS = 60_000;

/** Every arrow of an approval. What is not here does not happen; each is one compare-and-swap. */
export const APPROVAL_ARROWS: Record<ApprovalStatus, ApprovalStatus[]> = {
  pending: ["approved", "denied", "expired", "voided"],
  approved: ["consumed", "expired", "voided"],
  denied: [],
  expired: [],
  voided: [],
  consumed: [],
};

interface AskInput {
  prepared: Prepared;
  connection: ConnectionRow;
  caller: Caller;
  callId: string;
  policyVersion: number;
  reason: string | null;
  target: Card["target"];
}

/** Makes the approval row of a call that must be asked: card, bound digest, sealed request, and a MAC over what it binds. */
export function draftApproval(parts: GateParts, input: AskInput): ApprovalRow {
  const { prepared, connection, caller, callId, policyVersion, reason, target } = input;
  const { operation, request, digest } = prepared;
  const id = parts.newId("appr");
  const card = renderCard({
    operation,
    request,
    connection: connection.name,
    account: `${connection.account_name} (${connection.account_id})`,
    agent: caller.agentName,
    target,
    reason,
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
    preconditions_digest: "",
    effect_kind: operation.effect.kind,
    risk: operation.effect.risk,
    people: card.people.count,
    people_basis: card.people.basis,
    tainted: 0,
    policy_version: policyVersion,
    card: JSON.stringify(card),
    card_digest: cardDigest(card),
    request_sealed: parts.vault.seal(
      canonicalJson(JSON.parse(JSON.stringify({ request, effect: operation.effect })) as Json),
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
  return { ...row, hmac: parts.vault.mac(boundText(row), "approval") };
}

/** What cannot change between the card and the use of it. */
function boundText(row: Omit<ApprovalRow, "hmac">): string {
  const {
    id,
    call_id,
    connection_id,
    account_id,
    agent_id,
    operation,
    revision,
    catalog_hash,
    digest,
    preconditions_digest,
    policy_version,
    card_digest,
    request_sealed,
    created_at,
    decide_by,
  } = row;
  return canonicalJson({
    id,
    call_id,
    connection_id,
    account_id,
    agent_id,
    operation,
    revision,
    catalog_hash,
    digest,
    preconditions_digest,
    policy_version,
    card_digest,
    request_sealed,
    created_at,
    decide_by,
  });
}

/** Whether the row is as it was written, card included. */
export function isGenuine(parts: GateParts, row: ApprovalRow): boolean {
  return parts.vault.mac(boundText(row), "approval") === row.hmac && cardDigest(cardOf(row)) === row.card_digest;
}

function requestContext(connection: ConnectionRow, approvalId: string) {
  return { connection: connection.id, account: connection.account_id, purpose: `request:${approvalId}`, version: 1 };
}

/** The exact request that was approved, with its operation and effect class. */
export function approvedRequest(
  parts: GateParts,
  row: ApprovalRow,
  connection: ConnectionRow,
): { operation: Operation; request: WireRequest } {
  const sealed = parts.vault.open(row.request_sealed, requestContext(connection, row.id)).reveal();
  const { request, effect } = JSON.parse(sealed) as { request: WireRequest; effect: Operation["effect"] };
  return { operation: { ...mustFind(parts.catalog, row.operation), effect }, request };
}

/** One transition with its audit row, in the caller's transaction. False when another got there first. */
export async function transition(
  parts: GateParts,
  tables: Tables,
  row: ApprovalRow,
  to: ApprovalStatus,
  by: string,
  patch: Partial<Omit<ApprovalRow, "id" | "status">> = {},
): Promise<boolean> {
  const from = (Object.keys(APPROVAL_ARROWS) as ApprovalStatus[]).filter(
    (status) => status === row.status && APPROVAL_ARROWS[status].includes(to),
  );
  if (from.length === 0 || !(await tables.approvals.transition(row.id, from, to, patch))) return false;
  await tables.audit.append({
    at: parts.clock.now(),
    event: `approval.${to}`,
    call_id: row.call_id,
    agent_id: row.agent_id,
    connection_id: row.connection_id,
    fields: { approval: row.id, from: row.status, by, digest: row.digest, reason: patch.status_reason ?? null },
  });
  return true;
}

/** Whether the clocks have run out on a live approval. */
export function isOverdue(row: ApprovalRow, nowMs: number): boolean {
  return (row.status === "pending" && nowMs > row.decide_by) || (row.status === "approved" && nowMs > row.use_by);
}

/** Moves what is overdue to `expired` and gives the row as it stands then. */
export async function settle(parts: GateParts, row: ApprovalRow): Promise<ApprovalRow> {
  if (!isOverdue(row, parts.clock.now())) return row;
  const reason = row.status === "pending" ? "not decided in time" : "approved, but not used in time";
  await parts.store.transaction((tables) => transition(parts, tables, row, "expired", "clock", { status_reason: reason }));
  return (await parts.store.approvals.find(row.id)) ?? row;
}

/**
 * Why an approved call may not be sent any more; undefined when it may. Checked in the transaction that consumes the approval,
 * on what is committed then.
 */
export async function obstacle(parts: GateParts, tables: Tables, row: ApprovalRow, operation: Operation): Promise<string | undefined> {
  const now = parts.clock.now();
  const connection = await tables.connections.find(row.connection_id);
  const agent = await tables.agents.find(row.agent_id);
  if (!isGenuine(parts, row)) return "the record of the approval was changed";
  if (connection?.status !== "active") return "the connection was revoked";
  if (connection.account_id !== row.account_id) return "the connection is with another account now";
  if (agent && agent.revoked_at !== null) return "the agent was revoked";
  if (row.catalog_hash !== parts.catalog.hash) return "the catalog of actions changed after the approval was asked";
  if (now < (row.decided_at ?? row.created_at) - CLOCK_BACK_MS) return "the clock was set back";
  if (now > row.use_by) return "it was not used in time";
  const { policy, version } = await parts.policies.current(connection, tables);
  if (version !== row.policy_version) return "the policy changed after the approval was asked";
  if (decide(policy, operation).verdict === "deny") return "the policy denies it";
  return undefined;
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
