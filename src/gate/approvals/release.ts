import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { Tables } from "../../store/tables.ts";
import { transition } from "./approval-life.ts";
import { isGenuine } from "./approvals.ts";
import { OWNER, PLAN, type GateParts } from "../call.ts";
import { driftOfRow, rowObstacle, type Obstacle } from "./clearance.ts";
import { send } from "../dispatch.ts";
import { watchReads } from "../cards/watched-reads.ts";
import { outlookOf, type Outlook } from "./outlook.ts";
import { releasePlan } from "../plans/plan-run.ts";
import { askAnew, consume } from "./use.ts";

/** Sends an approved call as the agent's own, once, unless what the owner saw has changed: then it is voided, and a new card shows the difference. */
export async function release(parts: GateParts, row: ApprovalRow): Promise<void> {
  if (row.operation === PLAN) return releasePlan(parts, row);
  const lookUps = watchReads(parts);
  const outlook = await outlookOf(lookUps.parts, row);
  parts.at("release.beheld");
  const departure = await parts.store.transaction(async (tables) => {
    const of = { call_id: row.call_id, agent_id: row.agent_id, connection_id: row.connection_id };
    for (const looked of lookUps.entries(parts.clock.now(), of)) await tables.audit.append(looked);
    parts.at("release.looks-audited");
    const used = await consume(parts, tables, row, { ...outlook, callId: row.call_id, isAwaited: row.agent_id === OWNER });
    parts.at("release.used");
    if (used && "obstacle" in used) await afterMove(parts, tables, row, outlook, used);
    parts.at("release.asked-anew");
    return used;
  });
  if (!departure || "obstacle" in departure) return;
  parts.at("release.committed");
  const { status } = await send(parts, departure);
  parts.at("release.sent");
  // An agent is told when it asks again; the owner who called has just seen it.
  if (row.agent_id === OWNER && status !== "unknown") await parts.store.approvals.markTold(row.id, parts.clock.now());
}

/** Looks at the moment of the owner's yes whether a call that will be held is still as it was shown; voids it and asks anew where it is not. */
export async function recheck(parts: GateParts, row: ApprovalRow): Promise<void> {
  if (row.operation === PLAN) return;
  const outlook = await outlookOf(parts, row);
  await parts.store.transaction(async (tables) => {
    const changes = isGenuine(parts, row) ? driftOfRow(parts, row, outlook.connection, outlook.sight) : [];
    const moved: Obstacle | undefined =
      changes.length > 0 ? { obstacle: "what it acts on is not as the owner saw it any more", isMoved: true, changes } : undefined;
    const obstacle = (await rowObstacle(parts, tables, row)) ?? moved;
    if (!obstacle || !(await transition(parts, tables, row, "voided", "gate", { status_reason: obstacle.obstacle }))) return;
    await afterMove(parts, tables, row, outlook, obstacle);
  });
}

async function afterMove(parts: GateParts, tables: Tables, row: ApprovalRow, outlook: Outlook, obstacle: Obstacle): Promise<void> {
  const isBlind = row.preconditions_digest !== "" && outlook.sight.seen === "";
  if (obstacle.isMoved && !isBlind) await askAnew(parts, tables, row, { ...outlook, obstacle });
}
