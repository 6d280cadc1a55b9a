import type { Operation } from "../../catalog/operation.ts";
import { HalyardError } from "../../lib/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { nextCursor } from "../../klaviyo/paging.ts";
import type { ConnectionKey } from "../../vault/connection-key.ts";
import type { Caller } from "../call.ts";

const PREFIX = "cur_";
const ARGUMENT = "page_cursor";

/** A cursor belongs to the connection (by the key), the operation and the agent that it was given to. */
function contextOf({ agentId }: Caller, operation: string): string {
  return `cursor ${operation} ${agentId}`;
}

/**
 * The links of an answer as an agent gets them: the way to the next page with a sealed cursor, and nothing else. Klaviyo's own links lead past the gateway, and
 * its cursors may hold what they sort by.
 */
export function sealCursor(key: ConnectionKey, caller: Caller, operation: string, body: Json | null): Json | null {
  if (!isJsonObject(body) || body["links"] === undefined) return body;
  const { links: _, ...rest } = body;
  const cursor = nextCursor(body);
  if (cursor === null) return rest;
  return { ...rest, links: { next: `?page[cursor]=${PREFIX}${key.seal(cursor, contextOf(caller, operation))}` } };
}

/** Puts Klaviyo's cursor in the place of a sealed one. Error `invalid_arguments` for anything that this operation has not given to this agent. */
export function openCursor(key: ConnectionKey, caller: Caller, { id, page, args: known }: Operation, args: JsonObject): JsonObject {
  const given = args[ARGUMENT];
  if (given === undefined || given === null || (!page && !known.some(({ name }) => name === ARGUMENT))) return args;
  const cursor =
    typeof given === "string" && given.startsWith(PREFIX) ? key.open(given.slice(PREFIX.length), contextOf(caller, id)) : undefined;
  if (cursor !== undefined) return { ...args, [ARGUMENT]: cursor };
  throw new HalyardError("invalid_arguments", `The ${ARGUMENT} is not one that ${id} gave in an answer to you.`, {
    hint: "Use the next_cursor of the answer before, of the same action, as it is; or begin without one.",
    violations: [{ path: `/${ARGUMENT}`, message: "is not a cursor of this action" }],
  });
}
