import { mustFind } from "../catalog/catalog.ts";
import { isWrite, type Operation } from "../catalog/operation.ts";
import { HalyardError } from "../lib/errors.ts";
import { decide, strictest } from "../policy/decide.ts";
import type { Decision } from "../policy/policy.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { Tables } from "../store/tables.ts";
import { OWNER, type Caller, type GateParts } from "./call.ts";
import { revoked } from "./credentials.ts";
import { SECRET_SHAPE } from "./secret-shape.ts";

/** What is decided of one call, and under which version of the policy. */
export interface Ruling extends Decision {
  policyVersion: number;
}

/**
 * Step 4, by what is committed at this moment: give a transaction's tables to decide inside it. A raised call is decided as the operation it
 * is and as what its arguments make of it; the stricter holds, so a raise cannot carry a call out of a rule.
 */
export async function decideCall(parts: GateParts, operation: Operation, connection: ConnectionRow, inside?: Tables): Promise<Ruling> {
  const { policy, version, problem } = await parts.policies.current(connection, inside);
  const plain = decide(policy, mustFind(parts.catalog, operation.id));
  const raised = decide(policy, operation);
  const decision = strictest([plain.verdict, raised.verdict]) === raised.verdict ? raised : plain;
  const because =
    problem && operation.effect.risk > 0
      ? "The policy file cannot be used (halyard policy show tells why), so writes are denied."
      : decision.because;
  if (decision.verdict === "allow" && isWrite(operation) && operation.effect.flags.includes(SECRET_SHAPE))
    return {
      ...decision,
      verdict: "ask",
      because: "An argument looks like a secret: the owner decides whether it is sent.",
      policyVersion: version,
    };
  return { ...decision, because, policyVersion: version };
}

/** The caller's connection, active; and the agent, if it is one, not revoked. Sessions outlive both, so each call and each send asks again. */
export async function assertStanding(tables: Pick<Tables, "connections" | "agents">, caller: Caller): Promise<ConnectionRow> {
  const connection = await tables.connections.find(caller.connectionId);
  if (!connection) throw new HalyardError("not_found", "There is no such connection.", { hint: "halyard connections lists them." });
  if (connection.status !== "active") throw revoked(connection);
  if (caller.agentId === OWNER) return connection;
  const agent = await tables.agents.find(caller.agentId);
  if (agent && agent.revoked_at === null && agent.connection_id === caller.connectionId) return connection;
  throw new HalyardError("unauthenticated", "This agent's token is not valid.", {
    hint: "The owner can make a new one with halyard agents add.",
  });
}
