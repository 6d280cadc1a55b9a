import type { Uses } from "../../policy/caps.ts";
import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { Tables } from "../../store/tables.ts";
import { approvedRequest, isGenuine, promisedUndo, seenSnapshot } from "./approvals.ts";
import type { Before } from "../undo/before-image.ts";
import { usesOf } from "../caps.ts";
import { OWNER, type Caller, type GateParts } from "../call.ts";
import type { Change } from "../cards/card-changes.ts";
import { decideCall, saidTo } from "../decision.ts";
import type { Gathered } from "../facts.ts";
import { keepsPromise } from "../undo/glimpse.ts";
import type { Prepared } from "../prepare.ts";
import type { Sight } from "../cards/sight.ts";
import { driftOf } from "../cards/snapshot.ts";
import { stepObstacle } from "../undo/undo-keeping.ts";

/** How far the wall clock may stand behind a time on record before nothing approved is used (attack E10). */
const CLOCK_BACK_MS = 60_000;

/** Why an approved call may not be sent any more. `isMoved`: what it rests on changed, so the owner may be asked anew, with the difference. */
export interface Obstacle {
  obstacle: string;
  isMoved?: true;
  changes?: Change[];
}

/** An approved call that may be sent, or why it may not be sent any more. */
export type Clearance = { prepared: Prepared; uses: Uses } | Obstacle;

/** What was looked up just before, outside of the transaction. */
export interface Beheld {
  caller: Caller;
  sight: Sight;
  /** A step of a plan, whose steps were all looked at when it began: what one of them changes is no drift for the next. */
  isChecked?: true;
  gathered: Gathered;
}

/** Checked in the transaction that uses the approval up, on what is committed then. Nothing sealed is opened before the row is known to be ours. */
export async function clearanceOf(parts: GateParts, tables: Tables, row: ApprovalRow, beheld: Beheld): Promise<Clearance> {
  const obstacle = await rowObstacle(parts, tables, row);
  if (obstacle) return obstacle;
  const connection = await tables.connections.find(row.connection_id);
  if (!connection) return { obstacle: "the connection was revoked" };
  const { caller, sight, gathered, isChecked } = beheld;
  const drift = isChecked ? [] : driftOfRow(parts, row, connection, sight);
  if (drift.length > 0)
    return { obstacle: "what it acts on is not as the owner saw it any more, or cannot be read", isMoved: true, changes: drift };
  const prepared = approvedRequest(parts, row, connection);
  const unkept = (await stepObstacle(parts, tables, prepared.undoes)) ?? promiseObstacle(parts, row, sight.before);
  if (unkept) return unkept;
  const question = { ...prepared, caller };
  const ruling = await decideCall(parts, question, connection, { tables, gathered });
  if (ruling.verdict === "deny") {
    // The agent sees why its approval is void, so the whole reason stands only in the owner's record.
    const { verdict, because, rules } = ruling;
    const fields = { verdict, because, rules, policy_version: ruling.policyVersion };
    const whose = { call_id: row.call_id, agent_id: row.agent_id, connection_id: row.connection_id };
    await tables.audit.append({ ...whose, at: parts.clock.now(), event: "decided", fields });
    return { obstacle: `the policy denies it: ${saidTo(caller, ruling)}` };
  }
  return { prepared, uses: usesOf(question, gathered) };
}

/** Why the record itself cannot be used any more. The same for calls and plans. */
export async function rowObstacle(parts: GateParts, tables: Tables, row: ApprovalRow): Promise<Obstacle | undefined> {
  const connection = await tables.connections.find(row.connection_id);
  const agent = row.agent_id === OWNER ? undefined : await tables.agents.find(row.agent_id);
  if (!isGenuine(parts, row)) return { obstacle: "the record of the approval was changed" };
  if (connection?.status !== "active") return { obstacle: "the connection was revoked" };
  if (connection.account_id !== row.account_id) return { obstacle: "the connection is with another account now" };
  if (agent && agent.revoked_at !== null) return { obstacle: "the agent was revoked" };
  if (row.catalog_hash !== parts.catalog.hash)
    return { obstacle: "the catalog of actions changed after the approval was asked", isMoved: true };
  if (await isClockBack(parts, tables, row)) return { obstacle: "the clock was set back" };
  if (parts.clock.now() > row.use_by) return { obstacle: "it was not used in time" };
  const { version } = await parts.policies.current(connection, tables);
  if (version === row.policy_version) return undefined;
  const changes = [{ path: "version of the policy", before: String(row.policy_version), after: String(version) }];
  return { obstacle: "the policy changed after the approval was asked", isMoved: true, changes };
}

/** What was promised of undoing the call, held against what can be kept for that now. */
function promiseObstacle(parts: GateParts, row: ApprovalRow, before: Before): Obstacle | undefined {
  if (before.state === "unread") return { obstacle: "what it acts on could not be looked at" };
  if (keepsPromise(before, promisedUndo(parts, row))) return undefined;
  return { obstacle: "what is there now cannot be read, so it could not be undone", isMoved: true };
}

/** What is not as the owner saw it. Where nothing was seen then, there is nothing to compare. */
export function driftOfRow(parts: GateParts, row: ApprovalRow, connection: ConnectionRow, sight: Sight): Change[] {
  if (row.preconditions_digest === sight.seen) return [];
  const before = seenSnapshot(parts, row, connection);
  if (!before) return [];
  if (sight.seen === "") return [{ path: "the thing itself", before: "there", after: "(not there, or it cannot be read)" }];
  return driftOf(before, sight.snapshot);
}

/** The newest audit row is the latest time that anyone saw: a decision after a set-back clock does not hide it. */
export async function isClockBack(parts: GateParts, tables: Tables, row: ApprovalRow): Promise<boolean> {
  const { seq } = await tables.audit.head();
  const [newest] = await tables.audit.list({ after: seq - 1, limit: 1 });
  const latest = Math.max(row.created_at, row.decided_at ?? 0, newest?.at ?? 0);
  return parts.clock.now() < latest - CLOCK_BACK_MS;
}
