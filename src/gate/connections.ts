import type { Catalog } from "../catalog/catalog.ts";
import { HalyardError } from "../lib/errors.ts";
import type { Secret } from "../lib/secret.ts";
import { nearest } from "../lib/text.ts";
import { KLAVIYO_ORIGIN, parseOrigin } from "../klaviyo/address.ts";
import { findScopes, verifyKey } from "../klaviyo/probes.ts";
import { outlook } from "../policy/outlook.ts";
import type { Policy, Verdict } from "../policy/policy.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import { voidLive } from "./approvals/approval-life.ts";
import type { GateParts } from "./call.ts";
import { credentialsOf, openKey, revoked as revokedError, storeKey } from "./credentials.ts";
import { interruptedBy, type Interrupted } from "./under-way.ts";

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

export interface Revoked extends Interrupted {
  connection: ConnectionRow;
  /** Whether the files hold nothing of the sealed key any more; false while another process reads them. */
  purged: boolean;
}

export interface Connections {
  /** Verifies the key, pins its account, finds its scopes and seals it. For a name that exists: a new key for the same account. */
  connect(input: ConnectInput): Promise<ConnectReport>;
  list(): Promise<ConnectionRow[]>;
  find(nameOrId: string): Promise<ConnectionRow>;
  /** Gives an existing connection another key of the same account: `account_mismatch` for any other, and nothing is changed then. */
  replace(nameOrId: string, key: Secret): Promise<ConnectReport>;
  /** Seals the connection's key under a fresh data key; the one before, and what it sealed, are gone. */
  rotateDataKey(nameOrId: string, by: string): Promise<{ connection: ConnectionRow; purged: boolean }>;
  /**
   * At once: the key and its data key are erased in the same transaction, and what has not been let go is not sent. `under_way` are exactly the writes that
   * had been let go by then and have no outcome yet.
   */
  revoke(nameOrId: string, by: string): Promise<Revoked>;
  /** One harmless read with the key. */
  check(nameOrId: string): Promise<{ ok: boolean; code: string; detail: string }>;
}

export function createConnections(parts: GateParts): Connections {
  const { store, client, catalog, clock, policies } = parts;

  async function find(nameOrId: string): Promise<ConnectionRow> {
    const row = (await store.connections.byName(nameOrId)) ?? (await store.connections.find(nameOrId));
    if (row) return row;
    const names = (await store.connections.list()).map(({ name }) => name);
    const near = nearest(nameOrId, names, 1)[0] ?? names[0];
    throw new HalyardError("not_found", "There is no connection of that name.", {
      hint: near === undefined ? "Make one with halyard connect." : `Did you mean ${near}?`,
    });
  }

  /** What stands in the way of giving `name` a key at `origin`; asked before the key travels, and again where it is stored. */
  function assertFits(existing: ConnectionRow | undefined, { name, origin }: { name: string; origin: string }): void {
    if (existing?.status === "revoked") {
      throw new HalyardError("connection_revoked", `The connection ${name} has been revoked and stays so.`, {
        hint: "Connect again under another name: halyard connect --name …",
      });
    }
    if (existing && existing.origin !== origin) {
      throw new HalyardError("account_mismatch", `The connection ${name} is with ${existing.origin}, and stays so.`, {
        hint: "Connect the other address under another name: halyard connect --name …",
      });
    }
  }

  async function save(input: ConnectInput, accountId: string, accountName: string, scopes: string[]): Promise<ConnectionRow> {
    const { name, origin, key } = input;
    const at = clock.now();
    const id = await store.transaction(async (tables) => {
      const existing = await tables.connections.byName(name);
      assertFits(existing, input);
      if (existing && existing.account_id !== accountId) throw otherAccount(existing, accountId);
      const connectionId = existing?.id ?? parts.newId("conn");
      if (existing) await tables.connections.update(connectionId, { scopes, checked_at: at, account_name: accountName });
      else {
        const kind = origin === KLAVIYO_ORIGIN ? "klaviyo" : "sandbox";
        await tables.connections.insert({
          id: connectionId,
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
      const { version } = await storeKey(parts, tables, { id: connectionId, account_id: accountId }, key);
      await tables.audit.append({
        at,
        event: existing ? "connection.rekeyed" : "connection.connected",
        connection_id: connectionId,
        fields: { name, origin, account: accountId, scopes, key_version: version },
      });
      return connectionId;
    });
    await store.purge();
    return find(id);
  }

  /** Verifies the key with its account before anything is kept. */
  async function connect(input: ConnectInput): Promise<ConnectReport> {
    const origin = parseOrigin(input.origin);
    assertName(input.name);
    const existing = await store.connections.byName(input.name);
    assertFits(existing, { name: input.name, origin });
    const account = await verifyKey(client, catalog, { origin, key: input.key });
    if (existing && existing.account_id !== account.accountId) throw otherAccount(existing, account.accountId);
    const scopes = await findScopes(client, catalog, { origin, key: input.key, accountId: account.accountId });
    const connection = await save({ ...input, origin }, account.accountId, account.name, scopes.granted);
    const { policy } = await policies.createDefault(connection);
    const needs = needsOf(catalog, policy);
    const isNeeded = (scope: string): boolean => needs.allowed.includes(scope) || needs.asked.includes(scope);
    return { connection, account, scopes, needs, beyondPolicy: scopes.granted.filter((scope) => !isNeeded(scope)) };
  }

  return {
    find,
    list: () => store.connections.list(),
    connect,
    async replace(nameOrId, key) {
      const { name, origin } = await find(nameOrId);
      return connect({ name, origin, key });
    },
    async rotateDataKey(nameOrId, by) {
      const connection = await find(nameOrId);
      const key = connection.status === "active" ? await openKey(parts, connection) : undefined;
      if (!key) throw revokedError(connection);
      const seen = await store.secrets.forConnection(connection.id, "klaviyo-key");
      await store.transaction(async (tables) => {
        const now = await tables.secrets.forConnection(connection.id, "klaviyo-key");
        if (!seen || now?.sealed !== seen.sealed) throw new HalyardError("conflict", "The key was replaced or revoked meanwhile.");
        const { version } = await storeKey(parts, tables, connection, key);
        await tables.audit.append({
          at: clock.now(),
          event: "secrets.data_key_rotated",
          connection_id: connection.id,
          fields: { name: connection.name, by, key_version: version },
        });
      });
      return { connection, purged: await store.purge() };
    },
    async revoke(nameOrId, by) {
      const connection = await find(nameOrId);
      const at = clock.now();
      const interrupted = await store.transaction(async (tables) => {
        if (!(await tables.connections.revoke(connection.id, at))) return undefined;
        // The key of its tokens goes with the secrets: what agents still hold means nothing any more.
        await tables.secrets.removeForConnection(connection.id);
        await tables.dataKeys.removeForConnection(connection.id);
        await tables.privacyTokens.removeForConnection(connection.id);
        await tables.untrustedReads.removeForConnection(connection.id);
        await tables.beforeImages.eraseForConnection(connection.id, at);
        await voidLive(parts, tables, { connection_id: connection.id }, by, "the connection was revoked");
        const found = await interruptedBy(tables, connection.id);
        const under_way = found.under_way.map(({ call_id }) => call_id);
        const fields = { name: connection.name, by, under_way, held_back: found.held_back };
        await tables.audit.append({ at, event: "connection.revoked", connection_id: connection.id, fields });
        return found;
      });
      if (!interrupted) throw new HalyardError("connection_revoked", `The connection ${connection.name} was revoked already.`);
      return { connection: await find(connection.id), ...interrupted, purged: await store.purge() };
    },
    async check(nameOrId) {
      const connection = await find(nameOrId);
      const health = await healthOf(connection);
      const { ok, code } = health;
      await store.audit.append({ at: clock.now(), event: "health", connection_id: connection.id, fields: { ok, code } });
      return health;
    },
  };

  async function healthOf(connection: ConnectionRow): Promise<{ ok: boolean; code: string; detail: string }> {
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
  }
}

function otherAccount({ name, account_id }: ConnectionRow, accountId: string): HalyardError {
  return new HalyardError("account_mismatch", `The connection ${name} belongs to the account ${account_id}; this key is of ${accountId}.`, {
    hint: "Give the key of the same account, or connect the other account under another name.",
  });
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
      (operation) => operation.channel === "stable" && outlook(policy, operation).possible.includes(verdict),
    );
    return [...new Set(operations.flatMap(({ scopes }) => scopes))].toSorted();
  };
  const allowed = scopesFor("allow");
  return { allowed, asked: scopesFor("ask").filter((scope) => !allowed.includes(scope)) };
}
