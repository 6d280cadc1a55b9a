import { HalyardError } from "../lib/errors.ts";
import type { Secret } from "../lib/secret.ts";
import type { Credentials } from "../klaviyo/signing.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { Tables } from "../store/tables.ts";
import { dataKeyIdOf } from "../vault/data-key.ts";
import { OWNER, type Caller, type GateParts } from "./call.ts";

type Parts = Pick<GateParts, "store" | "vault">;

/** What a connection's key is sealed with: another connection's or account's row does not open in its place. */
export function keyContext(connection: Pick<ConnectionRow, "id" | "account_id">, version: number) {
  return { connection: connection.id, account: connection.account_id, purpose: "klaviyo-key", version };
}

/**
 * Opens the newest key of a connection, and asks once more before each request leaves whether it may: a revocation counts from the moment at which
 * it is committed. Revoked or keyless connections are `connection_revoked`.
 */
export async function credentialsOf(parts: Parts, connection: ConnectionRow): Promise<Credentials> {
  const key = connection.status === "active" ? await openKey(parts, connection) : undefined;
  if (!key) throw revoked(connection);
  return {
    origin: connection.origin,
    key,
    accountId: connection.account_id,
    async permit() {
      if ((await parts.store.connections.find(connection.id))?.status !== "active") throw revoked(connection);
    },
  };
}

/** Whose share of the account's limits a call uses: an agent's its own, the owner's nobody's. */
export function payerOf({ agentId }: Pick<Caller, "agentId">): string | undefined {
  return agentId === OWNER ? undefined : agentId;
}

/** The plain key, or undefined where there is none any more. */
export async function openKey({ store, vault }: Parts, connection: ConnectionRow): Promise<Secret | undefined> {
  for (let attempts = 1; ; attempts++) {
    const secret = await store.secrets.forConnection(connection.id, "klaviyo-key");
    if (!secret) return undefined;
    const context = keyContext(connection, secret.version);
    const dataKeyId = dataKeyIdOf(secret.sealed);
    // Sealed before connections had data keys of their own; the next rotation gives it one.
    if (dataKeyId === undefined) return vault.open(secret.sealed, context);
    const row = await store.dataKeys.find(dataKeyId);
    if (row) return (await vault.openDataKey(row)).open(secret.sealed, context);
    // Its data key was replaced between the two looks.
    if (attempts >= 3)
      throw new HalyardError("store_corrupt", "A connection's data key is missing.", {
        hint: "Restore the store from a backup, or give the key again: halyard secrets replace.",
      });
  }
}

/** Seals a connection's key under a fresh data key, in the caller's transaction; the key and the data key that were there before are gone with it. */
export async function storeKey(
  { vault, clock, newId }: Pick<GateParts, "vault" | "clock" | "newId">,
  tables: Tables,
  connection: Pick<ConnectionRow, "id" | "account_id">,
  key: Secret,
): Promise<{ version: number }> {
  const at = clock.now();
  const before = await tables.secrets.forConnection(connection.id, "klaviyo-key");
  const version = (before?.version ?? 0) + 1;
  const dataKey = await vault.makeDataKey(tables, newId("dk"), connection.id, at);
  const sealed = dataKey.seal(key, keyContext(connection, version));
  await tables.secrets.removeForConnection(connection.id, "klaviyo-key");
  await tables.secrets.insert({ id: newId("sec"), connection_id: connection.id, purpose: "klaviyo-key", version, sealed, created_at: at });
  await tables.dataKeys.removeForConnection(connection.id, dataKey.id);
  return { version };
}

export function revoked(connection: Pick<ConnectionRow, "name">): HalyardError {
  return new HalyardError("connection_revoked", `The connection ${connection.name} has been revoked.`, {
    hint: "The owner can connect the account again under another name: halyard connect --name …",
  });
}
