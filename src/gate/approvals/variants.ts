import { isoMillis } from "../../lib/clock.ts";
import type { JsonObject } from "../../lib/json.ts";
import { nearest } from "../../lib/text.ts";
import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { Tables } from "../../store/tables.ts";
import { approvedRequest, isGenuine } from "./approvals.ts";
import type { GateParts } from "../call.ts";
import type { Card } from "../cards/card.ts";
import { differences } from "../cards/card-changes.ts";
import { secretsOf } from "../cards/card-leaf.ts";
import type { CallContext } from "../prepare.ts";

/** How long a denial is remembered for telling variants of it. */
const REMEMBERED_MS = 24 * 3_600_000;
/** However often it was denied, a variant may be asked again after this. */
const MAX_COOL_DOWN_MS = 3_600_000;

/** A denied call that this one nearly repeats, and when it may be asked. */
export interface Variant {
  shown: NonNullable<Card["variant"]>;
  /** Milliseconds since the epoch. */
  askableAt: number;
}

/** The denied calls of this agent that a call nearly repeats: the same operation on the same thing, and little else changed. */
export async function variantOf(
  parts: GateParts,
  tables: Tables,
  { caller, connection, prepared }: CallContext,
): Promise<Variant | undefined> {
  const now = parts.clock.now();
  const denied = await tables.approvals.deniedOf(caller.agentId, prepared.operation.id, now - REMEMBERED_MS);
  const near = denied.filter(
    (row) => isOurs(parts, row, connection.id) && isNear(approvedRequest(parts, row, connection).args, prepared.args),
  );
  const [last] = near;
  if (!last) return undefined;
  const { args } = approvedRequest(parts, last, connection);
  const coolDownMs = Math.min(parts.limits.variantCoolDownMs * 2 ** (near.length - 1), MAX_COOL_DOWN_MS);
  const at = last.decided_at ?? now;
  const changes = differences(args, prepared.args, { isHidden: secretsOf(prepared.operation.resource) }).slice(0, 20);
  return { shown: { denied: last.id, at: isoMillis(at), reason: last.status_reason, changes }, askableAt: at + coolDownMs };
}

function isOurs(parts: GateParts, row: ApprovalRow, connectionId: string): boolean {
  return row.connection_id === connectionId && isGenuine(parts, row);
}

/** The same thing with at most half of the values changed, or texts that are nearly the same. */
function isNear(before: JsonObject, after: JsonObject): boolean {
  if (before["id"] !== after["id"]) return false;
  const changes = differences(before, after);
  const all = new Set([...Object.keys(before), ...Object.keys(after)]);
  const isFew = before["id"] !== undefined && changes.length <= Math.max(1, all.size / 2);
  return isFew || changes.every((change) => nearest(change.after, [change.before], 1).length === 1);
}
