import type { Operation } from "../../catalog/operation.ts";
import { refuse } from "../engine/refusal.ts";
import { defineCollection, type Collection, type Row } from "../state/collection.ts";

/** A private API key of the sandbox account. `scopes` null means all. */
export interface KeyRow extends Row {
  /** What the ledger and the control endpoints call it; it stays when the label is changed. */
  readonly name: string;
  /** Its name in the API. */
  readonly label: string;
  readonly created: number;
  readonly key: string;
  readonly scopes: readonly string[] | null;
  /** Can be switched on again, unlike a revoked one. */
  readonly disabled?: true;
  readonly revoked?: true;
}

/** Bookkeeping of the emulator, not part of the account's hash. */
export const keys = defineCollection<KeyRow>("_keys", { unique: { key: (row) => row.key, name: (row) => row.name } });

/** Who asks: the key's row, or null for endpoints that take none. */
export function authenticate(
  operation: Operation,
  authorization: string | undefined,
  companyId: string | undefined,
  account: { id: string; keys: Collection<KeyRow> },
): KeyRow | null {
  if (operation.auth === "none") return null;
  if (operation.auth === "company_id") {
    if (companyId === undefined) refuse("invalid", "The company_id parameter is required.", { source: { parameter: "company_id" } });
    if (companyId !== account.id)
      refuse("invalid", "The company_id parameter is not the public key of an account.", { source: { parameter: "company_id" } });
    return null;
  }
  const token = keyIn(authorization);
  if (token === undefined) refuse("not_authenticated", "Missing or invalid authorization scheme. Please use Klaviyo-API-Key.");
  const row = account.keys.find("key", token);
  if (!row || row.revoked || row.disabled) refuse("authentication_failed", "The API key specified is invalid.");
  return row;
}

/** The key in an `Authorization` header; undefined when it is not of Klaviyo's scheme. */
export function keyIn(authorization: string | undefined): string | undefined {
  return /^Klaviyo-API-Key +(\S+) *$/i.exec(authorization ?? "")?.[1];
}

/** Every scope of the operation is needed, and reading what is included takes the read scope of that type as well (behaviour.md §1.1). */
export function checkScopes(row: KeyRow | null, needed: readonly string[]): void {
  const missing = row?.scopes ? needed.filter((scope) => !row.scopes?.includes(scope)) : [];
  if (missing.length > 0) refuse("permission_denied", `The API key lacks the scope ${missing.join(", ")}.`);
}
