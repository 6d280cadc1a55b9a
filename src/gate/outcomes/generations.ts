import type { Tables } from "../../store/tables.ts";
import type { Caller, CallInput, GateParts } from "../call.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import { isHeard } from "./hearing.ts";
import { prepare, type Origin, type Prepared } from "../prepare.ts";

/**
 * Prepares a call whose natural keys the gate sets. The same call asked again before its outcome is known and told is the same write and gets the
 * same keys; once it is done and told, it is a new one. So the generation is the first whose call is not over, and for a call with `twins` before it in its plan, so many further.
 */
export async function prepareInGeneration(
  parts: GateParts,
  tables: Tables,
  caller: Caller,
  connection: ConnectionRow,
  input: CallInput,
  { twins = 0, undoes }: { twins?: number } & Pick<Origin, "undoes"> = {},
): Promise<Prepared> {
  const of = (generation: number): ReturnType<typeof prepare> => prepare(parts.catalog, caller, connection, input, { generation, undoes });
  const first = of(0);
  if (!first.isKeyed) return first;
  const isOver = (generation: number): Promise<boolean> => isDoneAndTold(parts, tables, caller, of(generation).digest);
  if (!(await isOver(0))) return of(twins);
  // Generations are used one after the other, so the first free one is found by doubling and halving.
  let [low, high] = [0, 1];
  while (await isOver(high)) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await isOver(middle)) low = middle;
    else high = middle;
  }
  return of(high + twins);
}

async function isDoneAndTold(parts: GateParts, tables: Tables, caller: Caller, digest: string): Promise<boolean> {
  const call = await tables.calls.lastSent(caller.agentId, digest);
  const intent = call?.intent_id ? await tables.intents.find(call.intent_id) : undefined;
  if (!intent || !["done", "accepted", "failed"].includes(intent.status)) return false;
  if (isHeard(parts, intent)) return true;
  const approval = intent.approval_id === null ? undefined : await tables.approvals.find(intent.approval_id);
  return (approval?.told_at ?? null) !== null || parts.clock.now() - (intent.finished_at ?? 0) > parts.limits.useWithinMs;
}
