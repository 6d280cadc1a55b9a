import { parseRequest } from "../../catalog/request.ts";
import { HalyardError } from "../../lib/errors.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import { readBefore, type Before } from "./before-image.ts";
import { createGlance } from "./before-image-reads.ts";
import type { GateParts } from "../call.ts";
import type { Prepared } from "../prepare.ts";
import { look, NOTHING_SEEN, type Sight } from "../cards/sight.ts";

/** Everything that is read before a write is let go under the owner's yes: its before-image, and what it acts on, each thing once. */
export async function glimpse(
  parts: GateParts,
  connection: ConnectionRow,
  { operation, request, undoes }: Prepared,
  agentId: string,
): Promise<Sight> {
  const glance = createGlance(parts, connection);
  const before = await readBefore(parts, connection, { operation, args: parseRequest(operation, request) }, glance);
  return look(parts, connection, operation, request, agentId, { glance, before, undone: undoes?.seen ?? "" });
}

/**
 * The same for a write that nobody is asked about: its before-image alone, since nobody looks at the rest. What cannot be read will be asked.
 */
export async function glimpseUnasked(parts: GateParts, connection: ConnectionRow, prepared: Prepared, agentId: string): Promise<Sight> {
  const before = await readBefore(parts, connection, prepared);
  if (before.state === "unreadable" && isPassing(before.error)) throw before.error;
  if (before.state === "unreadable") return glimpse(parts, connection, prepared, agentId);
  return { ...NOTHING_SEEN, before };
}

/** What would keep the write itself from going as well, or is over in a moment: the owner is not asked about that. */
function isPassing(error: unknown): boolean {
  return error instanceof HalyardError && ["key_rejected", "connection_revoked", "unreachable", "rate_limited"].includes(error.code);
}

/** Whether this look can stand for what the owner was promised: a write that was to be undoable is not sent when it is not. */
export function keepsPromise(before: Before, promised: string | undefined): boolean {
  return promised === undefined || promised === "none" || before.state === "kept" || before.state === "needless";
}
