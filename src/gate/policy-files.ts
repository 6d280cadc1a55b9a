import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import type { Clock } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import { parsePolicy } from "../policy/parse.ts";
import type { Policy } from "../policy/policy.ts";
import type { Store } from "../store/store.ts";
import type { Tables } from "../store/tables.ts";

/** The policy that is in force for a connection. */
export interface CurrentPolicy {
  policy: Policy;
  /** Counts up with every change of the document; 0 for the policy that stands in for one that cannot be used. */
  version: number;
  text: string;
  path: string;
  /** Why the document cannot be used. Then `policy` is `locked`: reads go on, writes are denied. */
  problem?: HalyardError;
}

export interface PolicySource {
  /** Inside a transaction, give its tables. */
  current(connection: { id: string; name: string }, inside?: Tables): Promise<CurrentPolicy>;
  /** Writes the document that a fresh connection begins with, unless there is one. */
  createDefault(connection: { id: string; name: string }): Promise<CurrentPolicy>;
}

const LOCKED: Policy = { version: 1, preset: "locked", rules: [] };

const DEFAULT_TEXT = `# What agents may do on this connection. Only people edit this file; it counts from the next call on.
# Presets: locked, read-only, assistant, operator. Check with: halyard policy show
version: 1
preset: read-only
rules: []
`;

interface Parts {
  folder: string;
  catalog: Catalog;
  store: Store;
  clock: Clock;
}

/** Policies as files, one per connection, `<folder>/<connection name>.yaml`. A changed document becomes a new version in the store, on the record. */
export function createPolicyFiles({ folder, catalog, store, clock }: Parts): PolicySource {
  const parsed = new Map<string, Policy>();

  function parse(text: string, digest: string): Policy {
    const policy = parsed.get(digest) ?? parsePolicy(text, catalog);
    parsed.set(digest, policy);
    return policy;
  }

  async function versionOf(connectionId: string, text: string, digest: string, inside: Tables | undefined): Promise<number> {
    const known = await (inside ?? store).policies.current(connectionId);
    if (known?.digest === digest) return known.version;
    const save = async (tables: Tables): Promise<number> => {
      const current = await tables.policies.current(connectionId);
      if (current?.digest === digest) return current.version;
      const version = (current?.version ?? 0) + 1;
      const at = clock.now();
      await tables.policies.insert({ connection_id: connectionId, version, document: text, digest, author: "file", created_at: at });
      await tables.audit.append({ at, event: "policy.changed", connection_id: connectionId, fields: { version, digest, author: "file" } });
      return version;
    };
    return inside ? save(inside) : store.transaction(save);
  }

  /** What stands in for a document that cannot be used: nothing is written, and what the last good one denied stays denied. */
  async function standIn(connectionId: string, inside: Tables | undefined): Promise<Policy> {
    const last = await (inside ?? store).policies.current(connectionId);
    try {
      return { ...LOCKED, rules: last ? parse(last.document, last.digest).rules.filter(({ effect }) => effect === "deny") : [] };
    } catch {
      // The catalog has changed under it: then reads are denied too.
      return { ...LOCKED, rules: [{ id: "unusable-policy", effect: "deny", risk: [0, 1, 2, 3, 4, 5] }] };
    }
  }

  const pathOf = (name: string): string => join(folder, `${name}.yaml`);

  async function current({ id, name }: { id: string; name: string }, inside?: Tables): Promise<CurrentPolicy> {
    const path = pathOf(name);
    let text = "";
    try {
      text = readFileSync(path, "utf8");
      const digest = createHash("sha256").update(text).digest("hex");
      const policy = parse(text, digest);
      return { policy, version: await versionOf(id, text, digest, inside), text, path };
    } catch (thrown) {
      return { policy: await standIn(id, inside), version: 0, text, path, problem: problemOf(thrown, path) };
    }
  }

  return {
    current,
    async createDefault(connection) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      try {
        writeFileSync(pathOf(connection.name), DEFAULT_TEXT, { flag: "wx", mode: 0o600 });
      } catch (thrown) {
        // An earlier document of the same name is the owner's: it stays.
        if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw problemOf(thrown, pathOf(connection.name));
      }
      return current(connection);
    },
  };
}

function problemOf(thrown: unknown, path: string): HalyardError {
  if (thrown instanceof HalyardError) return thrown;
  return new HalyardError("policy_invalid", `The policy file ${path} cannot be read.`, {
    cause: thrown,
    hint: "Writes stay denied until it is there again and readable.",
  });
}
