import { createHash } from "node:crypto";
import { HalyardError } from "../lib/errors.ts";
import type { CallInput, GateParts } from "./call.ts";
import { openKey } from "./credentials.ts";
import { textsOf } from "./secret-shape.ts";

/** What a call says in place of its own words, once they held a stored secret: nothing of it goes on the record. */
const WITHHELD = "(withheld)";

/**
 * Refuses a call that holds a secret of this store exactly: the key of any connection, or the token of any agent, wherever it stands. Keys are opened
 * only where something of their form is there to be compared. The error says nothing of which.
 */
export async function refuseStoredSecrets(parts: GateParts, { action, args, reason }: CallInput): Promise<void> {
  const texts = [action, reason ?? "", ...textsOf(args)];
  const suspects = texts.filter((text) => text.includes("pk_") || text.includes("hal_"));
  if (suspects.length === 0) return;
  const keys = await storedKeys(parts);
  for (const text of suspects) {
    if (keys.some((key) => text.includes(key)) || (await holdsToken(parts, text))) throw storedSecret();
  }
}

/** The call as it may be recorded after it was refused for a secret. */
export function withheld(input: CallInput, thrown: unknown): CallInput {
  if (!isStoredSecret(thrown)) return input;
  return { action: WITHHELD, args: {}, intent: input.intent, ...(input.reason !== undefined && { reason: WITHHELD }) };
}

async function storedKeys(parts: GateParts): Promise<string[]> {
  const connections = (await parts.store.connections.list()).filter(({ status }) => status === "active");
  const keys = await Promise.all(connections.map((connection) => openKey(parts, connection)));
  return keys.flatMap((key) => (key ? [key.reveal()] : []));
}

async function holdsToken({ store }: GateParts, text: string): Promise<boolean> {
  for (const [, token = ""] of text.matchAll(/(?=(hal_[A-Za-z0-9_-]{43}))/g)) {
    if (await store.agents.byTokenHash(createHash("sha256").update(token).digest("hex"))) return true;
  }
  return false;
}

const MESSAGE = "The call holds a secret of this gateway. Nothing was sent, and the secret was not recorded.";

function storedSecret(): HalyardError {
  return new HalyardError("denied", MESSAGE, { hint: "Keys and tokens never belong into arguments. If an agent knows one, replace it." });
}

function isStoredSecret(thrown: unknown): boolean {
  return thrown instanceof HalyardError && thrown.message === MESSAGE;
}
