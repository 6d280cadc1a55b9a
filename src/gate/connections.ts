import type { Catalog } from "../catalog/catalog.ts";
import { HalyardError } from "../lib/errors.ts";
import type { Secret } from "../lib/secret.ts";
import { nearest } from "../lib/text.ts";
import { KLAVIYO_ORIGIN, parseOrigin } from "../klaviyo/address.ts";
import { findScopes, verifyKey } from "../klaviyo/probes.ts";
import { decide } from "../policy/decide.ts";
import type { Policy, Verdict } from "../policy/policy.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import { voidLive } from "./approval-life.ts";
import type { GateParts } from "./call.ts";
import { credentialsOf, keyContext } from "./credentials.ts";

/** What connecting found out. */
export interface ConnectReport {
  connection: ConnectionRow;
  account: { accountId: string; name: string; timezone: string; currency: string; isTest: boolean };
  scopes: { granted: string[]; missing: string[]; unknown: string[] };
  needs: PolicyNeeds;
  /** Scopes that the key has and the policy needs for nothing. */
  beyondPolicy: string[];
}

/** Scopes by what the policy does with the operations that need them. */
export interface PolicyNeeds {
  /** For what runs without asking: under `read-only` the scopes of a key that only reads. */
  allowed: string[];
  /** Further ones, for what is asked first. */
  asked: string[];
}

export interface ConnectInput {
  name: string;
  origin: string;
  key: Secret;
}

export interface Connections {
  /** Verifies the key, pins its account, finds its scopes and seals it. For a name that exists: a new key for the same account. */
  connect(input: ConnectInput): Promise<ConnectReport>;
  list(): Promise<ConnectionRow[]>;
  find(nameOrId: string): Promise<ConnectionRow>;
  /** At once: the key is erased in the same transaction, and what has not been sent is not sent. */
  revoke(nameOrId: string, by: string): Promise<ConnectionRow>;
  /** One harmless read with the key. */
  check(nameOrId: string): Promise<{ ok: boolean; code: string; detail: string }>;
}

export function createConnections(parts: GateParts): Connections {
  const { store, vault, client, catalog, clock, policies } = parts;

  async function find(nameOrId: string): Promise<ConnectionRow> {
    const row = (await store.connections.byName(nameOrId)) ?? (await store.connections.find(nameOrId));
    if (row) return row;
    const names = (await store.connections.list()).map(({ name }) => name);
    const near = nearest(nameOrId, names, 1)[0] ?? names[0];
    throw new HalyardError("not_found", "There is no connection of that name.", {
      hint: near === undefined ? "Make one with halyard connect." : `Did you mean ${near}?`,
    });
  }

  async function save(input: ConnectInput, accountId: string, accountName: string, scopes: string[]): Promise<ConnectionRow> {
    const { name, origin, key } = input;
    const existing = await store.connections.byName(name);
    if (existing && existing.account_id !== accountId) {
      throw new HalyardError(
        "account_mismatch",
        `The connection ${name} belongs to the account ${existing.account_id}; this key is of ${accountId}.`,
        {
          hint: "Give the key of the same account, or connect the other account under another name.",
        },
      );
    }
    if (existing?.status === "revoked") {
      throw new HalyardError("connection_revoked", `The connection ${name} has been revoked and stays so.`, {
        hint: "Connect again under another name: halyard connect --name …",
      });
    }
    const at = clock.now();
    const id = existing?.id ?? parts.newId("conn");
    const version = existing ? ((await store.secrets.forConnection(id, "klaviyo-key"))?.version ?? 0) + 1 : 1;
    const sealed = vault.seal(key, keyContext({ id, account_id: accountId }, version));
    await store.transaction(async (tables) => {
      if (existing) await tables.connections.update(id, { scopes, checked_at: at, account_name: accountName });
      else {
        const kind = origin === KLAVIYO_ORIGIN ? "klaviyo" : "sandbox";
        await tables.connections.insert({
          id,
          name,
          kind,
          origin,
          account_id: accountId,
          account_name: accountName,
          scopes,
          status: "active",
          created_at: at,
          checked_at: at,
          revoked_at: null,
        });
      }
      await tables.secrets.removeForConnection(id, "klaviyo-key");
      await tables.secrets.insert({ id: parts.newId("sec"), connection_id: id, purpose: "klaviyo-key", version, sealed, created_at: at });
      await tables.audit.append({
        at,
        event: existing ? "connection.rekeyed" : "connection.connected",
        connection_id: id,
        fields: { name, origin, account: accountId, scopes, key_version: version },
      });
    });
    return find(id);
  }

  return {
    find,
    list: () => store.connections.list(),
    async connect(input) {
      const origin = parseOrigin(input.origin);
      assertName(input.name);
      const account = await verifyKey(client, catalog, { origin, key: input.key });
      const scopes = await findScopes(client, catalog, { origin, key: input.key, accountId: account.accountId });
      const connection = await save({ ...input, origin }, account.accountId, account.name, scopes.granted);
      const { policy } = await policies.createDefault(connection);
      const needs = needsOf(catalog, policy);
      const isNeeded = (scope: string): boolean => needs.allowed.includes(scope) || needs.asked.includes(scope);
      return { connection, account, scopes, needs, beyondPolicy: scopes.granted.filter((scope) => !isNeeded(scope)) };
    },
    async revoke(nameOrId, by) {
      const connection = await find(nameOrId);
      const at = clock.now();
      const first = await store.transaction(async (tables) => {
        if (!(await tables.connections.revoke(connection.id, at))) return false;
        await tables.secrets.removeForConnection(connection.id);
        await tables.beforeImages.eraseForConnection(connection.id, at);
        await voidLive(parts, tables, { connection_id: connection.id }, by, "the connection was revoked");
        await tables.audit.append({ at, event: "connection.revoked", connection_id: connection.id, fields: { name: connection.name, by } });
        return true;
      });
      if (!first) throw new HalyardError("connection_revoked", `The connection ${connection.name} was revoked already.`);
      return find(connection.id);
    },
    async check(nameOrId) {
      const connection = await find(nameOrId);
      try {
        const credentials = await credentialsOf(parts, connection);
        const { accountId } = await verifyKey(client, catalog, credentials);
        if (accountId !== connection.account_id)
          return { ok: false, code: "account_mismatch", detail: `The key belongs to ${accountId} now, not to ${connection.account_id}.` };
        return { ok: true, code: "ok", detail: `The key of ${connection.account_name} works.` };
      } catch (thrown) {
        if (!(thrown instanceof HalyardError)) throw thrown;
        return { ok: false, code: thrown.code, detail: `${thrown.message} ${thrown.hint ?? ""}`.trim() };
      }
    },
  };
}

/** The name is also the name of the policy's file. */
function assertName(name: string): void {
  if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) return;
  throw new HalyardError("usage", "A connection's name is made of lower-case letters, digits and hyphens, at most 40.", {
    hint: "For example: shop, shop-eu.",
  });
}

function needsOf(catalog: Catalog, policy: Policy): PolicyNeeds {
  const scopesFor = (verdict: Verdict): string[] => {
    const operations = catalog.operations.filter(
      (operation) => operation.channel === "stable" && decide(policy, operation).verdict === verdict,
    );
    return [...new Set(operations.flatMap(({ scopes }) => scopes))].toSorted();
  };
  const allowed = scopesFor("allow");
  return { allowed, asked: scopesFor("ask").filter((scope) => !allowed.includes(scope)) };
}
