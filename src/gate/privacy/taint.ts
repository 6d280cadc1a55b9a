import type { Json } from "../../lib/json.ts";
import type { Operation } from "../../catalog/operation.ts";
import type { Sections } from "../../policy/sections.ts";
import type { UntrustedReadRow } from "../../store/tables/untrusted-reads.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import { OWNER, type Caller, type GateParts } from "../call.ts";
import { untrustedObjects } from "./marking.ts";
import { privacyKeyOf } from "./privacy-key.ts";
import { basesOf, holdsShingle, shinglesOf, shingleSet } from "./taint-shingles.ts";

/** Objects that are named for one answer; the rest is counted. */
const MAX_NAMED = 10;

type Taint = Sections["taint"];

/**
 * Writes down that an agent is about to get text that outsiders can write: `body` as it came, `seen` as the agent gets it. It holds for the agent, whatever session it calls from: a client opens new sessions
 * at will, and what a model has read it may still know.
 */
export async function noteUntrusted(
  parts: GateParts,
  { caller, connection, callId, taint }: { caller: Caller; connection: ConnectionRow; callId: string; taint: Taint },
  operation: string,
  { body, seen }: { body: Json | null; seen: Json | null },
): Promise<void> {
  const objects = untrustedObjects(body, operation);
  if (objects.length === 0) return;
  const at = parts.clock.now();
  const bases = basesOf(await privacyKeyOf(parts, connection));
  await parts.store.untrustedReads.removeBefore(caller.agentId, at - holdsMs(taint));
  await parts.store.untrustedReads.add({
    call_id: callId,
    agent_id: caller.agentId,
    connection_id: connection.id,
    at,
    objects: JSON.stringify(objects.slice(0, MAX_NAMED).map(({ name }) => name)),
    more: Math.max(0, objects.length - MAX_NAMED),
    // Of what the agent sees: where it uses a token, what stands behind it was not copied by it.
    shingles: shinglesOf(
      untrustedObjects(seen, operation).flatMap(({ texts }) => texts),
      bases,
    ),
  });
}

function holdsMs({ minutes }: Taint): number {
  return minutes * 60_000;
}

/** Whether a caller has read text that outsiders can write, lately enough to count. The owner is a person. */
export async function isTainted(parts: GateParts, agentId: string, taint: Taint): Promise<boolean> {
  return agentId !== OWNER && parts.store.untrustedReads.any(agentId, parts.clock.now() - holdsMs(taint));
}

/** What an agent has read lately, for a card: names of objects, newest first, and which texts hold pieces of it. */
export interface UntrustedSight {
  objects: string[];
  /** How many further objects. */
  more: number;
  /** Whether a text holds 24 characters, or nearly so many, of what was read. */
  holds(text: string): boolean;
}

export const NOTHING_READ: UntrustedSight = { objects: [], more: 0, holds: () => false };

/** Objects that a card names. */
const MAX_ON_CARD = 8;

export async function untrustedSight(parts: GateParts, connection: ConnectionRow, agentId: string, taint: Taint): Promise<UntrustedSight> {
  if (agentId === OWNER) return NOTHING_READ;
  const rows = await parts.store.untrustedReads.since(agentId, parts.clock.now() - holdsMs(taint));
  if (rows.length === 0) return NOTHING_READ;
  const names = [...new Set(rows.flatMap(({ objects }) => JSON.parse(objects) as string[]))];
  const known = shingleSet(rows.map(({ shingles }: UntrustedReadRow) => shingles));
  const bases = basesOf(await privacyKeyOf(parts, connection));
  return {
    objects: names.slice(0, MAX_ON_CARD),
    more: Math.max(0, names.length - MAX_ON_CARD) + rows.reduce((sum, { more }) => sum + more, 0),
    holds: (text) => holdsShingle(text, known, bases),
  };
}

const OUTWARD_KINDS = ["send-message", "export", "consent-change"];
const OUTWARD_FLAGS =
  /^(send-message|mass-send|external-data-flow|outbound-|server-side-fetch|pii-egress|may-trigger-automation|customer-visible$)/;

/** Whether a call, by its effect as raised, moves data out of the account or reaches people. New hosts are asked whoever names them. */
export function isOutward({ effect }: Operation): boolean {
  return OUTWARD_KINDS.includes(effect.kind) || effect.flags.some((flag) => OUTWARD_FLAGS.test(flag));
}
