import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HalyardError } from "../../lib/errors.ts";
import { writeAtomically, writeOnce } from "../../lib/files.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import { diffPolicies, type PolicyDiff } from "../../policy/diff.ts";
import { policyInvalid, readDocument } from "../../policy/document.ts";
import { checkPolicy, parsePolicy, policyOf } from "../../policy/parse.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Store } from "../../store/store.ts";
import type { PolicyRow } from "../../store/tables/policies.ts";
import type { Tables } from "../../store/tables.ts";
import type { Vault } from "../../vault/vault.ts";
import { damagedStandIn, lockedStandIn, type StandIn } from "./policy-stand-in.ts";
import { createVersionCheck, digestOf, knownWrites, readStamp, unseenWrites, versionMac, writeStamp } from "./policy-versions.ts";

/** The policy that is in force for a connection. */
export interface CurrentPolicy {
  policy: Policy;
  /** Counts up with every change of the document; 0 for the policy that stands in for one that cannot be used. */
  version: number;
  text: string;
  path: string;
  /** Writes that are denied because the owner has not seen them: new in the catalog, or of another class than before. */
  unseen: ReadonlySet<string>;
  /** Why the document cannot be used. Then the last good one stands in for a while, or `locked`: reads go on, writes are denied. */
  problem?: HalyardError;
  /** What stands in, in a sentence for the record. */
  note?: string;
}

interface Named {
  id: string;
  name: string;
}

export interface PolicySource {
  /** Inside a transaction, give its tables. */
  current(connection: Named, inside?: Tables): Promise<CurrentPolicy>;
  /** Writes the document that a fresh connection begins with, unless there is one. */
  createDefault(connection: Named): Promise<CurrentPolicy>;
  /**
   * The owner's own change: checks the text, writes the file whole or not at all, and makes a version with its author. The owner has seen the catalog with it.
   * Error `policy_invalid`; then nothing was changed.
   */
  save(connection: Named, text: string, author: string): Promise<CurrentPolicy>;
}

/** A stamp is written this often while the document is whole. */
const STAMP_EVERY_MS = 10 * 60_000;

const DEFAULT_TEXT = `# What agents may do on this connection. Only people edit this file; it counts from the next call on.
# Presets: locked, read-only, assistant, operator. Check with: halyard policy show
version: 1
preset: read-only
rules: []
`;

export interface PolicyParts {
  folder: string;
  catalog: Catalog;
  store: Store;
  vault: Vault;
  clock: Clock;
}

/** Policies as files, one per connection, `<folder>/<connection name>.yaml`. A changed document becomes a new version in the store, on the record. */
export function createPolicyFiles(parts: PolicyParts): PolicySource {
  const { folder, catalog, store, vault, clock } = parts;
  const check = createVersionCheck(vault, catalog);
  const parsed = new Map<string, Policy>();
  const stampedAt = new Map<string, number>();
  const pathOf = (name: string): string => join(folder, `${name}.yaml`);

  function parse(text: string, digest: string): Policy {
    const policy = parsed.get(digest) ?? parsePolicy(text, catalog);
    parsed.set(digest, policy);
    return policy;
  }

  /** The version before, as far as it can be trusted and still be read. */
  function earlier(row: PolicyRow | undefined): { policy: Policy; unseen: ReadonlySet<string> } {
    try {
      if (row) return { policy: parse(row.document, row.digest), unseen: check(row).unseen };
    } catch {
      // The catalog has changed under it: compared with what denies everything, all that is allowed shows as new.
    }
    return { policy: policyOf("locked"), unseen: new Set() };
  }

  /** Whoever edits the file has not been shown what is new in the catalog. The first document of a connection comes with the catalog as it is. */
  function seenBy(before: PolicyRow): string | null {
    return check(before).isGenuine ? before.known : null;
  }

  function diffAgainst(row: PolicyRow | undefined, policy: Policy, known: string | null): PolicyDiff {
    const before = earlier(row);
    return diffPolicies(catalog, before.policy, policy, { before: before.unseen, after: unseenWrites(catalog, known) });
  }

  async function insert(
    tables: Tables,
    connectionId: string,
    before: PolicyRow | undefined,
    next: { text: string; policy: Policy; author: string; known: string | null },
  ): Promise<PolicyRow> {
    const { text, policy, author, known } = next;
    const digest = digestOf(text);
    const at = clock.now();
    const diff = diffAgainst(before, policy, known);
    const row = {
      connection_id: connectionId,
      version: (before?.version ?? 0) + 1,
      document: text,
      digest,
      author,
      created_at: at,
      known,
      diff: JSON.stringify(diff),
    };
    const whole = { ...row, mac: versionMac(vault, row) };
    await tables.policies.insert(whole);
    const counts = { newly_allows: diff.newly.allow.always.length, newly_allows_conditionally: diff.newly.allow.under_conditions.length };
    await tables.audit.append({
      at,
      event: "policy.changed",
      connection_id: connectionId,
      fields: {
        version: row.version,
        digest,
        author,
        ...counts,
        irreversible: diff.newly.allow.irreversible,
        sections: diff.sections,
        loosens: diff.loosens,
      },
    });
    return whole;
  }

  /** The stored version of a document that was read from the file; a changed one becomes a version, in the same transaction or one of its own. */
  async function versionOf(connectionId: string, text: string, policy: Policy, inside: Tables | undefined): Promise<PolicyRow> {
    const digest = digestOf(text);
    const known = await (inside ?? store).policies.current(connectionId);
    if (known?.digest === digest) return known;
    const save = async (tables: Tables): Promise<PolicyRow> => {
      const before = await tables.policies.current(connectionId);
      if (before?.digest === digest) return before;
      const seen = before ? seenBy(before) : knownWrites(catalog);
      if (before && isCutOff(before, text, policy, seen)) throw cutOff(before.version);
      return insert(tables, connectionId, before, { text, policy, author: "file", known: seen });
    };
    return inside ? save(inside) : store.transaction(save);
  }

  /** A file that ends early at the end of a line can still be a policy, without the conditions that it lost. */
  function isCutOff(before: PolicyRow, text: string, policy: Policy, seen: string | null): boolean {
    return before.document.startsWith(text) && diffAgainst(before, policy, seen).loosens;
  }

  async function stamp(connectionId: string, { version, digest }: PolicyRow, inside: Tables | undefined): Promise<void> {
    const key = `${connectionId} ${digest}`;
    const at = clock.now();
    if (Math.abs(at - (stampedAt.get(key) ?? -Infinity)) < STAMP_EVERY_MS) return;
    await (inside ?? store).meta.set(stampKey(connectionId), writeStamp(vault, connectionId, { version, digest, at }));
    stampedAt.set(key, at);
  }

  async function standIn(connectionId: string, isDamaged: boolean, inside: Tables | undefined): Promise<StandIn> {
    const tables = inside ?? store;
    const last = await tables.policies.current(connectionId);
    const readable = last && { row: last, isGenuine: check(last).isGenuine, parse: () => parse(last.document, last.digest) };
    if (!isDamaged) return lockedStandIn(readable);
    return damagedStandIn(readable, readStamp(vault, connectionId, await tables.meta.get(stampKey(connectionId))), clock.now());
  }

  async function current({ id, name }: Named, inside?: Tables): Promise<CurrentPolicy> {
    const path = pathOf(name);
    let text = "";
    let isDamaged = true;
    try {
      text = readFileSync(path, "utf8");
      const digest = digestOf(text);
      if (!parsed.has(digest)) {
        const data = readDocument(text);
        isDamaged = false;
        parsed.set(digest, checkPolicy(data, catalog));
      }
      isDamaged = false;
      const policy = parse(text, digest);
      const row = await versionOf(id, text, policy, inside);
      await stamp(id, row, inside);
      return { policy, version: row.version, text, path, unseen: check(row).unseen };
    } catch (thrown) {
      // Trouble of the store is not the document's.
      if (thrown instanceof HalyardError && thrown.code !== "policy_invalid") throw thrown;
      const { policy, version, note, known } = await standIn(id, isDamaged, inside);
      return { policy, version, text, path, unseen: unseenWrites(catalog, known), problem: problemOf(thrown, path), note };
    }
  }

  return {
    current,
    async createDefault(connection) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // An earlier document of the same name is the owner's: it stays.
      writeOnce(pathOf(connection.name), DEFAULT_TEXT);
      return current(connection);
    },
    async save(connection, text, author) {
      const policy = parse(text, digestOf(text));
      const path = pathOf(connection.name);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeAtomically(path, text);
      await store.transaction(async (tables) =>
        insert(tables, connection.id, await tables.policies.current(connection.id), { text, policy, author, known: knownWrites(catalog) }),
      );
      return current(connection);
    },
  };
}

const stampKey = (connectionId: string): string => `policy.good.${connectionId}`;

function cutOff(version: number): HalyardError {
  return policyInvalid([{ path: "", message: `is the beginning of version ${version} and allows more than it: it looks cut off` }]);
}

function problemOf(thrown: unknown, path: string): HalyardError {
  const known = thrown instanceof HalyardError ? thrown : undefined;
  return new HalyardError("policy_invalid", known?.message ?? `The policy file ${path} cannot be read.`, {
    cause: thrown,
    hint: "Mend the file, or take what it says with halyard policy accept. halyard policy lint tells what is wrong.",
    ...(known && { violations: known.violations }),
  });
}
