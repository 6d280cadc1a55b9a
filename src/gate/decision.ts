import { isWrite, type Operation } from "../catalog/operation.ts";
import { HalyardError } from "../lib/errors.ts";
import { decide, type Ruled } from "../policy/decide.ts";
import { strictest, type Policy } from "../policy/policy.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { Tables } from "../store/tables.ts";
import { capDenial, OVER_CAP } from "./caps.ts";
import { OWNER, type Caller, type GateParts } from "./call.ts";
import { revoked } from "./credentials.ts";
import { factsAt, gather, type Gathered, type Question } from "./facts.ts";
import type { CurrentPolicy } from "./policies/policy-files.ts";
import { SECRET_SHAPE } from "./secret-shape.ts";
import { isOutward } from "./privacy/taint.ts";

/** What is decided of one call, under which policy, and on which facts. */
export interface Ruling extends Ruled {
  policy: Policy;
  policyVersion: number;
  gathered: Gathered;
  /** Denied by a limit that time frees, not by what it is. */
  isOverCap?: true;
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
  const ruling = {
    ...ruled,
    because,
    policy: current.policy,
    policyVersion: current.version,
    gathered,
    told: toldOf(ruled, current.note !== undefined),
  };
  return over === undefined ? ruling : { ...ruling, verdict: "deny", isOverCap: true, because: over, told: OVER_CAP };
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
  const isRaised = effect.risk !== operation.effect.risk;
  const ruled = isRaised ? stricter(raised, decide(current.policy, { ...operation, effect }, situation, isUnseen)) : raised;
  return ruled.verdict === "allow" && isOutward(operation) ? taintFloor(ruled, gathered) : ruled;
}

/** Who has read what outsiders wrote may be doing their bidding: then what moves data out, or reaches people, is at least asked. */
function taintFloor(ruled: Ruled, { facts }: Gathered): Ruled {
  if (facts.tainted === false) return ruled;
  const why =
    facts.tainted === true
      ? "The agent has lately read text that outsiders can write"
      : "Whether the agent has read text of outsiders cannot be told";
  return { ...ruled, verdict: "ask", because: `${ruled.because} ${why}, so it is asked.`, basis: "floor" };
}

/** What looks like a secret is not sent on the strength of a rule alone. */
function askAboutSecrets(ruled: Ruled, operation: Operation): Ruled {
  if (ruled.verdict !== "allow" || !isWrite(operation) || !operation.effect.flags.includes(SECRET_SHAPE)) return ruled;
  return { ...ruled, verdict: "ask", because: "An argument looks like a secret: the owner decides whether it is sent." };
}

function stricter(raised: Ruled, plain: Ruled): Ruled {
  return strictest([plain.verdict, raised.verdict]) === raised.verdict ? raised : plain;
}

/** The preset is no secret (`status` tells it); what rules, facts and lists say is the owner's. */
function toldOf({ verdict, because, basis }: Ruled, isStandIn: boolean): string {
  if (verdict === "deny" && isStandIn) return "The policy file cannot be used: the owner has to mend it.";
  if (basis === "preset") return because;
  return verdict === "ask" ? "The owner decides about this call." : "The owner's policy does not allow this call.";
}

/** Why, for the caller: the owner reads all of it. */
export function saidTo({ agentId }: Pick<Caller, "agentId">, { because, told }: Ruling): string {
  return agentId === OWNER ? because : told;
}

/** The caller's connection, active; and the agent, if it is one, not revoked. Sessions outlive both, so each call and each send asks again. */
export async function assertStanding(tables: Pick<Tables, "connections">, caller: Caller): Promise<ConnectionRow> {
  const found = await tables.connections.withAgent(caller.connectionId, caller.agentId);
  if (!found) throw new HalyardError("not_found", "There is no such connection.", { hint: "halyard connections lists them." });
  const { connection, hasAgent } = found;
  if (connection.status !== "active") throw revoked(connection);
  if (caller.agentId === OWNER || hasAgent) return connection;
  throw new HalyardError("unauthenticated", "This agent's token is not valid.", {
    hint: "The owner can make a new one with halyard agents add.",
  });
}
