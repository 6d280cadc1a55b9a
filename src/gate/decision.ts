import { isWrite, type Effect, type Operation } from "../catalog/operation.ts";
import { HalyardError } from "../lib/errors.ts";
import { decide, type Ruled } from "../policy/decide.ts";
import { strictest, type Policy } from "../policy/policy.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { Tables } from "../store/tables.ts";
import { capDenial } from "./caps.ts";
import { OWNER, type Caller, type GateParts } from "./call.ts";
import { revoked } from "./credentials.ts";
import { factsAt, gather, type Gathered, type Question } from "./facts.ts";
import type { CurrentPolicy } from "./policy-files.ts";
import { SECRET_SHAPE } from "./secret-shape.ts";

/** What is decided of one call, under which policy, and on which facts. */
export interface Ruling extends Ruled {
  policy: Policy;
  policyVersion: number;
  gathered: Gathered;
  /** What an agent is told: nothing of rules, caps or facts. */
  told: string;
}

/** Inside a transaction nothing can be looked up: it decides on what was gathered before, and on the clock. */
interface Inside {
  tables: Tables;
  gathered: Gathered;
}

/**
 * Step 4, by what is committed at this moment. Outside of a transaction the facts that the policy asks for are looked up; inside, those of the ruling before are
 * taken: a policy that meanwhile asks for others finds them missing, and denies. Caps are counted inside, where the intent is written.
 */
export async function decideCall(parts: GateParts, question: Question, connection: ConnectionRow, inside?: Inside): Promise<Ruling> {
  const current = await parts.policies.current(connection, inside?.tables);
  const gathered = inside?.gathered ?? (await gather(parts, connection, current.policy, question));
  const ruled = ruleOn(parts, current, question, gathered);
  const over =
    inside && ruled.verdict !== "deny" ? await capDenial(parts, inside.tables, connection, current.policy, question, gathered) : undefined;
  const because = isWrite(question.operation) && current.note !== undefined ? `${ruled.because} ${current.note}` : ruled.because;
  const ruling = { ...ruled, because, policy: current.policy, policyVersion: current.version, gathered, told: toldOf(ruled) };
  return over === undefined
    ? ruling
    : { ...ruling, verdict: "deny", because: over, told: "A limit that the owner set is reached; time frees it again." };
}

/**
 * Decides a call by a policy and the facts that were gathered. A raised call is decided as the operation it is and as what its arguments make of it; the
 * stricter holds, so a raise cannot carry a call out of a rule.
 */
export function ruleOn(
  parts: Pick<GateParts, "catalog" | "clock">,
  current: Pick<CurrentPolicy, "policy" | "unseen">,
  question: Question,
  gathered: Gathered,
): Ruled {
  const { operation, args } = question;
  const situation = { args, facts: factsAt(gathered, parts.clock.now()) };
  const isUnseen = current.unseen.has(operation.id);
  const raised = askAboutSecrets(decide(current.policy, operation, situation, isUnseen), operation);
  const effect = parts.catalog.find(operation.id)?.effect ?? operation.effect;
  return isRaised(effect, operation) ? stricter(raised, decide(current.policy, { ...operation, effect }, situation, isUnseen)) : raised;
}

/** What looks like a secret is not sent on the strength of a rule alone. */
function askAboutSecrets(ruled: Ruled, operation: Operation): Ruled {
  if (ruled.verdict !== "allow" || !isWrite(operation) || !operation.effect.flags.includes(SECRET_SHAPE)) return ruled;
  return { ...ruled, verdict: "ask", because: "An argument looks like a secret: the owner decides whether it is sent." };
}

function isRaised(effect: Effect, operation: Operation): boolean {
  return effect.risk !== operation.effect.risk || effect.kind !== operation.effect.kind;
}

function stricter(raised: Ruled, plain: Ruled): Ruled {
  return strictest([plain.verdict, raised.verdict]) === raised.verdict ? raised : plain;
}

/** The preset is no secret (`status` tells it); what rules, facts and lists say is the owner's. */
function toldOf({ verdict, because, basis }: Ruled): string {
  if (basis === "preset") return because;
  return verdict === "ask" ? "The owner decides about this call." : "The owner's policy does not allow this call.";
}

/** Why, for the caller: the owner reads all of it. */
export function saidTo({ agentId }: Pick<Caller, "agentId">, { because, told }: Ruling): string {
  return agentId === OWNER ? because : told;
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
