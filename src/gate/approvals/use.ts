import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { Tables } from "../../store/tables.ts";
import { transition } from "./approval-life.ts";
import { approvedRequest, draftApproval, type Draft } from "./approvals.ts";
import type { Caller, GateParts } from "../call.ts";
import { clearanceOf, type Beheld, type Obstacle } from "./clearance.ts";
import { intend, type Departure } from "../dispatch.ts";
import { isHeld } from "./hold.ts";
import type { Prepared } from "../prepare.ts";
import type { Sight } from "../cards/sight.ts";

/** By whom and how an approved call is used, and what was read of it just before. */
type Using = Beheld & { connection: ConnectionRow; callId: string; isAwaited: boolean };

/** Uses an approved call up and writes its intent, or voids it; in the caller's transaction. Undefined when another used it, or it is held. */
export async function consume(
  parts: GateParts,
  tables: Tables,
  row: ApprovalRow,
  { connection, callId, isAwaited, ...beheld }: Using,
): Promise<Departure | Obstacle | undefined> {
  if (isHeld(row, parts.clock.now())) return undefined;
  const clearance = await clearanceOf(parts, tables, row, beheld);
  parts.at("use.cleared");
  if ("obstacle" in clearance) {
    const isFirst = await transition(parts, tables, row, "voided", "gate", { status_reason: clearance.obstacle });
    parts.at("use.not-cleared");
    return isFirst ? clearance : undefined;
  }
  if (!(await transition(parts, tables, row, "consumed", "gate", { consumed_at: parts.clock.now() }))) return undefined;
  parts.at("use.consumed");
  const { operation, request, digest, undoes } = clearance.prepared;
  const departure = await intend(parts, tables, {
    callId,
    approvalId: row.id,
    operation,
    request,
    digest,
    uses: clearance.uses,
    before: beheld.sight.before,
    undoes,
    connection,
    caller: beheld.caller,
    isAwaited,
  });
  parts.at("use.intended");
  await tables.approvals.transition(row.id, ["consumed"], "consumed", { intent_id: departure.intentId });
  parts.at("use.intent-noted");
  return departure;
}

/** Puts a new card in the place of one that was voided because what it rested on moved; it shows the difference. In the transaction that voided it. */
export async function askAnew(
  parts: GateParts,
  tables: Tables,
  row: ApprovalRow,
  {
    caller,
    connection,
    sight,
    obstacle,
    prepared,
  }: { caller: Caller; connection: ConnectionRow; sight: Sight; obstacle: Obstacle; prepared?: Prepared },
): Promise<ApprovalRow> {
  const { policy, version } = await parts.policies.current(connection, tables);
  parts.at("use.policy-read");
  const asked = await tables.calls.find(row.call_id);
  parts.at("use.call-found");
  const draft: Draft = {
    prepared: prepared ?? approvedRequest(parts, row, connection),
    connection,
    caller,
    callId: row.call_id,
    policy,
    policyVersion: version,
    reason: asked?.reason ?? null,
    sight,
    isTainted: sight.read.objects.length > 0,
    since: { approval: row.id, why: obstacle.obstacle, changes: obstacle.changes ?? [] },
    ...(row.edited_by !== null && { editedBy: row.edited_by }),
  };
  return insertApproval(parts, tables, draft);
}

/** Writes a drafted approval with its audit row, and links the one in whose place it is. */
export async function insertApproval(parts: GateParts, tables: Tables, draft: Draft): Promise<ApprovalRow> {
  return insertRow(parts, tables, draftApproval(parts, draft));
}

export async function insertRow(parts: GateParts, tables: Tables, row: ApprovalRow): Promise<ApprovalRow> {
  await tables.approvals.insert(row);
  parts.at("use.inserted");
  if (row.replaces !== null) await tables.approvals.link(row.replaces, row.id);
  parts.at("use.linked");
  await tables.calls.update(row.call_id, { approval_id: row.id, status: "approval_required", finished_at: null });
  parts.at("use.call-noted");
  await tables.audit.append({
    at: parts.clock.now(),
    event: "approval.asked",
    call_id: row.call_id,
    agent_id: row.agent_id,
    connection_id: row.connection_id,
    fields: {
      approval: row.id,
      digest: row.digest,
      card: row.card_digest,
      decide_by: row.decide_by,
      replaces: row.replaces,
      variant_of: row.variant_of,
      edited_by: row.edited_by,
      plan: row.plan_id,
    },
  });
  return row;
}
