import { createHash } from "node:crypto";
import type { Operation } from "../catalog/operation.ts";
import { parseRequest, type WireRequest } from "../catalog/request.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import { absent, readBefore, type Before } from "./before-image.ts";
import { createGlance } from "./before-image-reads.ts";
import type { GateParts } from "./call.ts";
import { look, NOTHING_SEEN, type Sight } from "./sight.ts";

interface Wanted {
  /** Whether a card is made or an approval used: then the thing itself is looked at, and what was seen of it is bound. */
  isAsked: boolean;
  /** Digest of what is there of a call that is being undone; "" where the call is no undoing. */
  undoSeen: string;
  refusesAbsent?: boolean;
}

/**
 * Everything that is read before a write is let go: its before-image, and for the owner what it acts on. What is not there is `not_found` where
 * no card would say so.
 */
export async function glimpse(
  parts: GateParts,
  connection: ConnectionRow,
  operation: Operation,
  request: WireRequest,
  { isAsked, undoSeen, refusesAbsent = false }: Wanted,
): Promise<Sight> {
  const glance = createGlance(parts, connection);
  const before = await readBefore(parts, connection, { operation, args: parseRequest(operation, request) }, glance);
  if (!isAsked && before.state === "absent" && refusesAbsent) throw absent(operation);
  if (!isAsked && before.state !== "unreadable") return { ...NOTHING_SEEN, before };
  const sight = await look(parts, connection, operation, request, { glance, before });
  return undoSeen === "" ? sight : { ...sight, seen: createHash("sha256").update(`${sight.seen} ${undoSeen}`).digest("hex") };
}

/** Whether this look can stand for what the owner was promised: a write that was to be undoable is not sent when it is not. */
export function keepsPromise(before: Before, promised: string | undefined): boolean {
  return promised === undefined || promised === "none" || before.state === "kept" || before.state === "needless";
}
