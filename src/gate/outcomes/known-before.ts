import type { Operation } from "../../catalog/operation.ts";
import type { WireRequest } from "../../catalog/request.ts";
import type { Credentials } from "../../klaviyo/signing.ts";
import type { GateParts } from "../call.ts";
import { lookupOf } from "./reconcile/lookups.ts";
import { createReader, searchOf } from "./reconcile/sighting.ts";

/**
 * Ids that look like the work of a write before it has left, for kinds whose rows say no time: a tag that was there already must not pass for the one
 * that a lost answer was about. Undefined where times tell, or where they cannot be read now.
 */
export async function idsBefore(
  parts: GateParts,
  operation: Operation,
  request: WireRequest,
  credentials: Credentials,
): Promise<string[] | undefined> {
  const lookup = lookupOf(parts.catalog, operation);
  if (!lookup?.timeless) return undefined;
  try {
    const reader = createReader(parts, credentials);
    const finding = await lookup.find(searchOf(operation, request, { sinceMs: 0, knownBefore: [], reader }));
    if (finding.kind === "rows") return finding.isSure ? finding.rows.map(({ id }) => id) : undefined;
    return finding.holds === false ? [] : finding.holds ? ["there"] : undefined;
  } catch {
    // Then a lost answer stays unknown where something of the kind is found.
    return undefined;
  }
}
