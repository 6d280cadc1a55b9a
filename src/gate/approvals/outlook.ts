import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import { approvedRequest, isGenuine, noSuchApproval } from "./approvals.ts";
import type { Caller, GateParts } from "../call.ts";
import { gather, type Gathered } from "../facts.ts";
import { glimpse } from "../undo/glimpse.ts";
import type { Prepared } from "../prepare.ts";
import { NOTHING_SEEN, type Sight } from "../cards/sight.ts";
import { undoingAgain } from "../undo/undoing.ts";

/** What a release needs to know, read before its transaction. */
export interface Outlook {
  caller: Caller;
  connection: ConnectionRow;
  sight: Sight;
  gathered: Gathered;
  /** The approved call; absent where the row is not ours. Of a step of an undoing: with what is there now. */
  prepared?: Prepared;
}

/** Whose call an approval is: the agent's own, through the door by which it asked. */
export async function callerOf(parts: GateParts, row: ApprovalRow): Promise<Caller> {
  const asked = await parts.store.calls.find(row.call_id);
  if (!asked) throw noSuchApproval();
  const agent = await parts.store.agents.find(row.agent_id);
  return { door: asked.door, agentId: row.agent_id, agentName: agent?.name ?? row.agent_id, connectionId: row.connection_id };
}

/** What an approved call acts on, and the facts that the policy decides it by, as they are now. Nothing is opened before the row is known to be ours. */
export async function outlookOf(parts: GateParts, row: ApprovalRow): Promise<Outlook> {
  const caller = await callerOf(parts, row);
  const connection = await parts.store.connections.find(row.connection_id);
  if (!connection) throw noSuchApproval();
  if (!isGenuine(parts, row)) return { caller, connection, sight: NOTHING_SEEN, gathered: { facts: {} } };
  const approved = approvedRequest(parts, row, connection);
  const undoes = approved.undoes && (await undoingAgain(parts, connection, approved.undoes));
  const prepared = undoes ? { ...approved, undoes } : approved;
  const { policy } = await parts.policies.current(connection);
  // Both are read over the network, where the connection may be revoked by now.
  const sight = await glimpse(parts, connection, prepared, row.agent_id);
  const gathered = await gather(parts, connection, policy, { ...prepared, caller });
  return { caller, connection, sight, gathered, prepared };
}
