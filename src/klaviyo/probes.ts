import { mustFind, type Catalog } from "../catalog/catalog.ts";
import type { Operation } from "../catalog/operation.ts";
import { HalyardError } from "../lib/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../lib/json.ts";
import type { Secret } from "../lib/secret.ts";
import { terminalSafe, truncate } from "../lib/text.ts";
import type { Client } from "./client.ts";
import type { Credentials } from "./signing.ts";
import { probeFor, readProbe, stableScopes } from "./probe-plan.ts";
import { assertKeyForm } from "./signing.ts";

export interface VerifiedAccount {
  accountId: string;
  name: string;
  /** IANA name. */
  timezone: string;
  /** ISO 4217. */
  currency: string;
  isTest: boolean;
}

/**
 * Asks Klaviyo whose account a key opens. `key_rejected` for a text that is no private key or that Klaviyo does not know,
 * `key_missing_scope` without `accounts:read`. Unverified keys share one set of rate windows, so guessing keys is slow.
 */
export async function verifyKey(
  client: Client,
  catalog: Catalog,
  { origin, key }: { origin: string; key: Secret },
  signal?: AbortSignal,
): Promise<VerifiedAccount> {
  assertKeyForm(key);
  const operation = mustFind(catalog, "get_accounts");
  const { body } = await client.read(operation, readProbe(operation), { origin, key, accountId: "unverified" }, signal);
  const data = isJsonObject(body) && Array.isArray(body["data"]) ? body["data"][0] : undefined;
  const account = objectOf(data);
  const attributes = objectOf(account["attributes"]);
  const accountId = account["id"];
  if (typeof accountId !== "string" || !/^[A-Za-z0-9]{1,32}$/.test(accountId)) {
    throw new HalyardError("answer_malformed", "Klaviyo accepted the key but did not say whose account it opens.");
  }
  return {
    accountId,
    name: textOf(objectOf(attributes["contact_information"])["organization_name"]),
    timezone: textOf(attributes["timezone"]),
    currency: textOf(attributes["preferred_currency"]),
    isTest: attributes["test_account"] === true,
  };
}

const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});

const textOf = (value: Json | undefined): string => (typeof value === "string" ? truncate(terminalSafe(value), 200) : "");

export interface Scopes {
  granted: string[];
  missing: string[];
  /** Could not be told: no answer, a strange one, or every operation that needs it needs a missing one as well. */
  unknown: string[];
}

type Finding = "granted" | "missing" | "unknown" | "accepted";

/** Probes at a time: each is of another operation, whose windows are its own. */
const AT_ONCE = 3;

/**
 * Finds the scopes of a key that {@link verifyKey} has verified, without changing anything: one small read for each read scope, one write that must be refused for each write scope.
 * Goes in rounds, because some scopes can only be told once others are known to be granted. `key_rejected` when the key is no longer valid.
 */
export async function findScopes(client: Client, catalog: Catalog, credentials: Credentials, signal?: AbortSignal): Promise<Scopes> {
  // `get_accounts` has told whose key it is, and is the one read that Klaviyo allows only once a second.
  const found = new Map<string, Finding>([["accounts:read", "granted"]]);
  const scopes = stableScopes(catalog);
  for (;;) {
    const round = nextRound(catalog, scopes, found);
    if (round.length === 0) break;
    const findings = await Promise.all(round.map(({ scope, operation }) => probe(client, scope, operation, credentials, signal)));
    for (const [i, { scope }] of round.entries()) found.set(scope, findings[i] ?? "unknown");
  }
  const those = (finding: Finding) => scopes.filter((scope) => found.get(scope) === finding);
  const granted = those("granted");
  const missing = those("missing");
  return { granted, missing, unknown: scopes.filter((scope) => !granted.includes(scope) && !missing.includes(scope)) };
}

/** The next few scopes that can be told. Once Klaviyo took an empty body, what the write probes rely on is false, and no more of them go out. */
function nextRound(catalog: Catalog, scopes: string[], found: ReadonlyMap<string, Finding>): { scope: string; operation: Operation }[] {
  const granted = new Set(scopes.filter((scope) => found.get(scope) === "granted"));
  const mayProbeWrites = ![...found.values()].includes("accepted");
  const round: { scope: string; operation: Operation }[] = [];
  for (const scope of scopes) {
    if (round.length === AT_ONCE) break;
    if (found.has(scope) || (isWriteScope(scope) && !mayProbeWrites)) continue;
    const operation = probeFor(catalog, scope, granted);
    if (operation) round.push({ scope, operation });
  }
  return round;
}

const isWriteScope = (scope: string): boolean => scope.endsWith(":write");

async function probe(
  client: Client,
  scope: string,
  operation: Operation,
  credentials: Credentials,
  signal: AbortSignal | undefined,
): Promise<Finding> {
  try {
    if (isWriteScope(scope)) return refusal((await client.probeWrite(operation, credentials, signal)).status, operation);
    await client.read(operation, readProbe(operation), credentials, signal);
    return "granted";
  } catch (thrown) {
    if (!(thrown instanceof HalyardError) || thrown.code === "key_rejected" || signal?.aborted) throw thrown;
    if (thrown.code === "not_found" && operation.path.includes("{")) return "granted";
    return thrown.code === "key_missing_scope" ? "missing" : "unknown";
  }
}

/** Permission is checked before the body and the id, so a complaint about those means that it was there (assumed). */
function refusal(status: number, operation: Operation): Finding {
  if (status === 401) throw new HalyardError("key_rejected", "Klaviyo no longer accepts the key.");
  if (status === 403) return "missing";
  if (status < 300) return "accepted";
  return status === 400 || (status === 404 && operation.path.includes("{")) ? "granted" : "unknown";
}
