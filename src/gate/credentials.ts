import { HalyardError } from "../lib/errors.ts";
import type { Credentials } from "../klaviyo/signing.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { GateParts } from "./call.ts";

/** What a connection's key is sealed with: another connection's or account's row does not open in its place. */
export function keyContext(connection: Pick<ConnectionRow, "id" | "account_id">, version: number) {
  return { connection: connection.id, account: connection.account_id, purpose: "klaviyo-key", version };
}

/** Opens the newest key of a connection. Revoked or keyless connections are `connection_revoked`. */
export async function credentialsOf({ store, vault }: Pick<GateParts, "store" | "vault">, connection: ConnectionRow): Promise<Credentials> {
  const secret = connection.status === "active" ? await store.secrets.forConnection(connection.id, "klaviyo-key") : undefined;
  if (!secret) throw revoked(connection);
  return {
    origin: connection.origin,
    key: vault.open(secret.sealed, keyContext(connection, secret.version)),
    accountId: connection.account_id,
  };
}

export function revoked(connection: ConnectionRow): HalyardError {
  return new HalyardError("connection_revoked", `The connection ${connection.name} has been revoked.`, {
    hint: "The owner can connect the account again under another name: halyard connect --name …",
  });
}
