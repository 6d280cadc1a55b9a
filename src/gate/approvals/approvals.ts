import { mustFind } from "../../catalog/catalog.ts";
import type { Operation } from "../../catalog/operation.ts";
import { parseRequest, type WireRequest } from "../../catalog/request.ts";
import { isoMillis } from "../../lib/clock.ts";
import { HalyardError } from "../../lib/errors.ts";
import { canonicalJson, type Json } from "../../lib/json.ts";
import { isSameText } from "../../lib/same-text.ts";
import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { ApprovalView, Caller, GateParts } from "../call.ts";
import { sha256 } from "../cards/card-leaf.ts";
import { cardDigest, renderCard, type Card } from "../cards/card.ts";
import { holdSecondsOf } from "./hold.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Prepared } from "../prepare.ts";
import { cardOf, erasedCard, sealCard } from "../cards/sealed-card.ts";
import type { Sight } from "../cards/sight.ts";
import type { Snapshot } from "../cards/snapshot.ts";
import type { Undoing } from "../undo/undoing.ts";

/** Form of the record. A record of another form binds other things, so it is voided and asked anew. */
export const RECORD_VERSION = 2;

export interface Draft {
  prepared: Prepared;
  connection: ConnectionRow;
  caller: Caller;
  callId: string;
  policy: Policy;
  policyVersion: number;
  reason: string | null;
  sight: Sight;
  isTainted: boolean;
  /** The approval in whose place this one is, and why; with what differs. */
  since?: Card["since"];
  variant?: Card["variant"];
  editedBy?: string;
}

/** Makes the approval row of a call that must be asked: card, bound digest, sealed request, and a MAC over what it binds. */
export function draftApproval(parts: GateParts, draft: Draft): ApprovalRow {
  const { prepared, connection, sight } = draft;
  const { operation, request, digest } = prepared;
  const id = parts.newId("appr");
  const card = cardOfDraft(draft);
  return seal(parts, draft, card, {
    id,
    operation: operation.id,
    revision: operation.revision,
    digest,
    preconditions_digest: sight.seen,
    seen_sealed: sight.seen === "" ? null : parts.vault.seal(JSON.stringify(sight.snapshot), sealedFor(connection, id, "seen")),
    effect_kind: operation.effect.kind,
    risk: operation.effect.risk,
    people: card.people.count,
    people_basis: card.people.basis,
    request_sealed: parts.vault.seal(
      canonicalJson(JSON.parse(JSON.stringify({ request, effect: operation.effect, digest, undoes: prepared.undoes })) as Json),
      sealedFor(connection, id, "request"),
    ),
  });
}

export function cardOfDraft(draft: Draft): Card {
  const { prepared, connection, caller, reason, sight, since, variant, policy } = draft;
  return renderCard({
    operation: prepared.operation,
    request: prepared.request,
    connection: connection.name,
    account: `${connection.account_name} (${connection.account_id})`,
    agent: caller.agentName,
    reason,
    sight,
    holdSeconds: holdSecondsOf(policy, prepared),
    undoes: prepared.undoes,
    ...(since && { since }),
    ...(variant && { variant }),
  });
}

type Own =
  | "id"
  | "operation"
  | "revision"
  | "digest"
  | "preconditions_digest"
  | "seen_sealed"
  | "effect_kind"
  | "risk"
  | "people"
  | "people_basis"
  | "request_sealed";

/** The rest of a row, the same for calls and plans, and the MAC over it. */
export function seal(parts: GateParts, draft: Omit<Draft, "prepared" | "sight">, card: Card, own: Pick<ApprovalRow, Own>): ApprovalRow {
  const { connection, caller, callId, policyVersion, since, variant, editedBy, isTainted } = draft;
  const now = parts.clock.now();
  const row: Omit<ApprovalRow, "hmac"> = {
    ...own,
    call_id: callId,
    connection_id: connection.id,
    account_id: connection.account_id,
    agent_id: caller.agentId,
    catalog_hash: parts.catalog.hash,
    tainted: isTainted ? 1 : 0,
    policy_version: policyVersion,
    card: sealCard(parts, card, own.id),
    card_digest: cardDigest(card),
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
    record_version: RECORD_VERSION,
    replaces: since?.approval ?? null,
    replaced_by: null,
    edited_by: editedBy ?? null,
    variant_of: variant?.denied ?? null,
    held_until: null,
    runs_itself: 0,
    sender: null,
    stop_asked_at: null,
    plan_id: null,
    plan_step: null,
  };
  return { ...row, hmac: macOf(parts, row) };
}

/** Members that the MAC covers: the call, what was shown, and the decision with its clocks. Each transition makes it anew. */
const BOUND = [
  "record_version",
  "id",
  "call_id",
  "connection_id",
  "account_id",
  "agent_id",
  "operation",
  "revision",
  "catalog_hash",
  "digest",
  "policy_version",
  "preconditions_digest",
  "seen_sealed",
  "card_digest",
  "request_sealed",
  "effect_kind",
  "risk",
  "tainted",
  "created_at",
  "decide_by",
  "use_by",
  "status",
  "decided_by",
  "decided_at",
  "edited_by",
  "held_until",
  "runs_itself",
  "plan_id",
  "plan_step",
] as const satisfies (keyof ApprovalRow)[];

/** MAC over what cannot change by itself. */
export function macOf(parts: GateParts, row: Omit<ApprovalRow, "hmac">): string {
  return parts.vault.mac(canonicalJson(Object.fromEntries(BOUND.map((name) => [name, row[name]]))), "approval");
}

/** Whether the row is as it was written, card included. */
export function isGenuine(parts: GateParts, row: ApprovalRow): boolean {
  const card = cardOf(parts, row);
  return isSameText(macOf(parts, row), row.hmac) && card !== undefined && cardDigest(card) === row.card_digest;
}

/** What the sealed parts of an approval are bound to, so that they cannot be moved to another. */
export function sealedFor(connection: Pick<ConnectionRow, "id" | "account_id">, approvalId: string, part: "request" | "seen") {
  return { connection: connection.id, account: connection.account_id, purpose: `${part}:${approvalId}`, version: RECORD_VERSION };
}

/** The exact request that was approved, with its operation, its effect class and the digest of the call. */
export function approvedRequest(parts: GateParts, row: ApprovalRow, connection: ConnectionRow): Prepared {
  const sealed = parts.vault.open(row.request_sealed, sealedFor(connection, row.id, "request")).reveal();
  const { effect, ...kept } = JSON.parse(sealed) as Sealed;
  const operation = { ...mustFind(parts.catalog, row.operation), effect };
  return { ...kept, operation, args: parseRequest(operation, kept.request) };
}

interface Sealed {
  request: WireRequest;
  effect: Operation["effect"];
  digest: string;
  undoes?: Undoing;
}

/** What the card said of undoing it; undefined on cards from before they said so. */
export function promisedUndo(parts: GateParts, row: ApprovalRow): string | undefined {
  return cardOf(parts, row)?.undo?.class;
}

/** What the owner saw of the account; null where there was nothing to see. */
export function seenSnapshot(parts: GateParts, row: ApprovalRow, connection: ConnectionRow): Snapshot | null {
  if (row.seen_sealed === null) return null;
  return JSON.parse(parts.vault.open(row.seen_sealed, sealedFor(connection, row.id, "seen")).reveal()) as Snapshot;
}

/** Hex; equal for calls of one agent that have the same arguments with other values: such cards are shown together. */
function shapeOf({ agent_id, operation }: ApprovalRow, { leaves, steps }: Card): string {
  const paths = [...new Set(leaves.map(({ path }) => path.replaceAll(/\[\d+\]/g, "[]")))].toSorted();
  return sha256(JSON.stringify([agent_id, operation, paths, steps?.map((step) => step.operation) ?? []]));
}

export function viewOf(parts: Pick<GateParts, "dayKeys">, row: ApprovalRow): ApprovalView {
  const card = cardOf(parts, row) ?? erasedCard(row);
  return {
    approval_id: row.id,
    call_id: row.call_id,
    connection_id: row.connection_id,
    agent_id: row.agent_id,
    operation: row.operation,
    digest: row.digest,
    shape: shapeOf(row, card),
    status: row.status,
    status_reason: row.status_reason,
    created_at: isoMillis(row.created_at),
    decide_by: isoMillis(row.decide_by),
    use_by: isoMillis(row.use_by),
    decided_by: row.decided_by,
    decided_at: row.decided_at === null ? null : isoMillis(row.decided_at),
    card,
    ...(row.status === "approved" &&
      row.held_until !== null && { goes_at: isoMillis(row.held_until), goes_by_itself: row.runs_itself === 1 }),
    ...(row.replaced_by !== null && { replaced_by: row.replaced_by }),
    ...(row.edited_by !== null && { edited_by: row.edited_by }),
  };
}

export function noSuchApproval(): HalyardError {
  return new HalyardError("not_found", "There is no approval of that id.", { hint: "halyard approvals lists them." });
}
