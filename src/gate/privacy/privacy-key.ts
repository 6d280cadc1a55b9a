import { connectionKey, type ConnectionKey } from "../../vault/connection-key.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import { HalyardError } from "../../lib/errors.ts";
import type { GateParts } from "../call.ts";
import { revoked } from "../credentials.ts";

const PURPOSE = "privacy-key";

/** What the secret behind a connection's tokens, cursors and hashes is sealed with. It outlives every Klaviyo key of the connection. */
export function privacyKeyContext(connection: Pick<ConnectionRow, "id" | "account_id">) {
  return { connection: connection.id, account: connection.account_id, purpose: PURPOSE, version: 1 };
}

const kept = new WeakMap<GateParts, Map<string, ConnectionKey>>();

/** The key under which an active connection makes its tokens; made at the first need, the same for every process. */
export async function privacyKeyOf(parts: GateParts, connection: ConnectionRow): Promise<ConnectionKey> {
  const known = kept.get(parts)?.get(connection.id);
  if (known) return known;
  const sealed = (await parts.store.secrets.forConnection(connection.id, PURPOSE))?.sealed ?? (await make(parts, connection));
  const key = connectionKey(parts.vault.open(sealed, privacyKeyContext(connection)), parts.random);
  const keys = kept.get(parts) ?? new Map<string, ConnectionKey>();
  kept.set(parts, keys.set(connection.id, key));
  return key;
}

async function make(parts: GateParts, connection: ConnectionRow): Promise<string> {
  if (connection.status !== "active") throw revoked(connection);
  const secret = Buffer.from(parts.random(32)).toString("base64url");
  const sealed = parts.vault.seal(secret, privacyKeyContext(connection));
  // One id for each connection: of two processes that make one, the second finds it taken.
  const row = {
    id: `sec_privacy_${connection.id}`,
    connection_id: connection.id,
    purpose: PURPOSE,
    version: 1,
    sealed,
    created_at: parts.clock.now(),
  } as const;
  await parts.store.secrets.insert(row).catch((thrown: unknown) => {
    if (!(thrown instanceof HalyardError) || thrown.code !== "conflict") throw thrown;
  });
  const stored = await parts.store.secrets.forConnection(connection.id, PURPOSE);
  if (!stored) throw revoked(connection);
  return stored.sealed;
}
