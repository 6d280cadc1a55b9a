import type { Operation } from "../../catalog/operation.ts";
import type { Tables } from "../../store/tables.ts";
import type { IntentStatus } from "../../store/tables/intents.ts";
import type { LookPurpose } from "../../store/tables/looks.ts";
import type { GateParts } from "../call.ts";
import { nextLookAt } from "./look-times.ts";
import { lookupOf } from "./reconcile/lookups.ts";

/** Puts on the list what is still to be looked up of an intent that has come to `status`, in the caller's transaction; true when there is something. */
export async function putLook(
  parts: GateParts,
  tables: Tables,
  intent: { id: string; job_id: string | null },
  operation: Operation,
  status: IntentStatus,
): Promise<boolean> {
  const purpose = purposeOf(parts, operation, status, intent.job_id);
  const now = parts.clock.now();
  const next_at = nextLookAt(now, now, parts.limits);
  if (!purpose || next_at === undefined) return false;
  await tables.looks.put({ intent_id: intent.id, purpose, since: now, next_at });
  return true;
}

function purposeOf(parts: GateParts, operation: Operation, status: IntentStatus, jobId: string | null): LookPurpose | undefined {
  const lookup = lookupOf(parts.catalog, operation);
  if (status === "unknown") return lookup && "outcome";
  if (status !== "accepted") return undefined;
  // A job with an id is read by it; what was taken without one is looked for like an unknown outcome.
  return (jobId !== null && jobReadOf(parts, operation)) || lookup ? "job" : undefined;
}

/** The read that tells how a job of this operation gets on. */
export function jobReadOf({ catalog }: GateParts, operation: Operation): Operation | undefined {
  return catalog.operations.find(
    ({ shape, resource, channel }) => shape === "item" && resource === operation.resource && channel === operation.channel,
  );
}
