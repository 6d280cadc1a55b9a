import { isWrite } from "../catalog/operation.ts";
import { isJsonObject, type Json } from "../lib/json.ts";
import { CAP_NAMES, overCap, type Uses } from "../policy/caps.ts";
import type { Policy } from "../policy/policy.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { Tables } from "../store/tables.ts";
import type { GateParts } from "./call.ts";
import type { Gathered, Question } from "./facts.ts";
import { deletionsOf, reachOf } from "./cards/reach.ts";

const NONE: Uses = { people_touched: 0, sends: 0, writes: 0, deletes: 0, reads_rows: 0 };

/** What one write uses of each cap. People whose number could not be found out are none here; under a cap on people such a call does not get so far. */
export function usesOf({ operation, args }: Pick<Question, "operation" | "args">, { facts }: Gathered): Uses {
  if (!isWrite(operation)) return NONE;
  return {
    people_touched: typeof facts.people === "number" ? facts.people : 0,
    sends: operation.effect.kind === "send-message" ? 1 : 0,
    writes: 1,
    deletes: deletionsOf(operation, args),
    reads_rows: 0,
  };
}

/** What one answered read uses: a row for each item of its answer. */
export function usesOfRead(body: Json | null): Uses {
  const data = isJsonObject(body) ? body["data"] : undefined;
  return { ...NONE, reads_rows: Array.isArray(data) ? data.length : data === undefined || data === null ? 0 : 1 };
}

/**
 * Why a call would go over a cap; undefined when it stays within. Inside the transaction that goes on to write the intent with its uses, so that of calls that
 * come at once none slips through.
 */
export async function capDenial(
  { clock }: Pick<GateParts, "clock">,
  tables: Pick<Tables, "capUses">,
  connection: ConnectionRow,
  { caps }: Policy,
  question: Question,
  gathered: Gathered,
): Promise<string | undefined> {
  const isRead = !isWrite(question.operation);
  if (Object.keys(caps).every((name) => name === "pending_approvals" || (name === "reads_rows") !== isRead)) return undefined;
  const { kind } = reachOf(question.operation, question.args);
  const { people } = gathered.facts;
  if (!isRead && caps.people_touched && typeof people !== "number" && kind !== "later")
    return 'How many people it touches cannot be told, and there is a cap "people_touched", so it counts as deny.';
  // Of a read it is known only afterwards how many rows it has: one more is enough to be over.
  const uses = isRead ? { ...NONE, reads_rows: 1 } : usesOf(question, gathered);
  return overCap(caps, uses, await tables.capUses.used(connection.id, question.caller.agentId, clock.now()));
}

/** What an agent is told of a cap that is used up: neither which, nor how much. */
export const OVER_CAP = "A limit that the owner set is reached; time frees it again.";

/** Why the steps of a plan together would go over a cap, though each of them may not; undefined when all of it stays within. */
export async function plannedOverCap(
  { clock }: Pick<GateParts, "clock">,
  tables: Pick<Tables, "capUses">,
  { connectionId, agentId, policy: { caps } }: { connectionId: string; agentId: string; policy: Policy },
  steps: readonly Uses[],
): Promise<string | undefined> {
  if (CAP_NAMES.every((name) => caps[name] === undefined)) return undefined;
  const sum = { ...NONE };
  for (const uses of steps) for (const name of CAP_NAMES) sum[name] += uses[name];
  return overCap(caps, sum, await tables.capUses.used(connectionId, agentId, clock.now()), "plan");
}
