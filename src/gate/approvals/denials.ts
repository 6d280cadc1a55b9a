import { HalyardError } from "../../lib/errors.ts";
import type { Tables } from "../../store/tables.ts";
import { OWNER, type Caller, type GateParts } from "../call.ts";
import type { CallContext } from "../prepare.ts";

/**
 * Writes down that a call was denied, in the transaction that denied it. An agent that is denied the same call again and again is stuck, or probing: then its
 * writes are refused until the owner lets it go on.
 */
export async function noteDenial(parts: GateParts, tables: Tables, { caller, callId, connection, prepared }: CallContext): Promise<void> {
  if (caller.agentId === OWNER) return;
  const { clock, limits } = parts;
  const at = clock.now();
  const { digest, operation } = prepared;
  await tables.denials.add({ call_id: callId, agent_id: caller.agentId, digest, at });
  const agent = await tables.agents.find(caller.agentId);
  const since = Math.max(at - limits.denialHoldsMs, (agent?.resumed_at ?? -1) + 1);
  const count = await tables.denials.count(caller.agentId, digest, since);
  if (count < limits.denialsUntilPause) return;
  const reason = `${operation.id} was denied ${count} times, always the same call`;
  if (!(await tables.agents.pause(caller.agentId, at, reason))) return;
  await tables.audit.append({
    at,
    event: "agent.paused",
    call_id: callId,
    agent_id: caller.agentId,
    connection_id: connection.id,
    fields: { reason, digest, denials: count },
  });
}

/** Refuses the writes of an agent that is paused. */
export async function assertNotPaused(tables: Pick<Tables, "agents">, caller: Caller): Promise<void> {
  const agent = caller.agentId === OWNER ? undefined : await tables.agents.find(caller.agentId);
  if (agent?.paused_at === null || agent === undefined) return;
  throw new HalyardError("paused", "The writes of this agent are paused, because the same call was denied again and again.", {
    hint: "Tell your user. The owner lets it go on with halyard agents resume.",
  });
}
