import { createHmac } from "node:crypto";
import { HalyardError } from "../lib/errors.ts";
import { Secret } from "../lib/secret.ts";
import { type DataKey, makeDataKeyRow, openedDataKey, unwrapped } from "./data-key.ts";
import { openText, type SealContext, sealText } from "./envelope.ts";
import type { DataKeyRow, KeyTables } from "./key-tables.ts";
import { subkeyOf, wrappingOf } from "./master-identity.ts";
import type { MasterKeyProvider, SourceReport } from "./master-key.ts";
import { activeOf, type MasterKeyOptions, openMaster, STORE_KEY } from "./open-master.ts";

export interface Vault {
  /** Encrypts under a key of its own, bound to `context`; for what belongs to the store and no key of a connection. */
  seal(plain: Secret | string, context: SealContext): string;
  /** Errors: `master_key`, `store_corrupt`. */
  open(sealed: string, context: SealContext): Secret;
  /** HMAC-SHA-256, hex, under a key that only this purpose has. It outlives rotations of the master key. */
  mac(text: string, purpose: string): string;
  /** Makes a connection's data key, in the transaction that seals with it. Error `master_key` where the master key was rotated meanwhile. */
  makeDataKey(tables: Pick<KeyTables, "dataKeys" | "masterKeys">, id: string, connectionId: string, nowMs: number): Promise<DataKey>;
  /** Opens a connection's data key; after a rotation by another process the new master key is looked for where it comes from. */
  openDataKey(row: DataKeyRow): Promise<DataKey>;
  provider: MasterKeyProvider;
  /** What became of every source of the master key, in order. */
  chain: SourceReport[];
}

/** Opens the vault with the first master key that is given; a wrong or missing one is a `master_key` error that says what to do. */
export async function openVault(options: MasterKeyOptions): Promise<Vault> {
  const { store, random } = options;
  const master = await openMaster(options);
  const { provider, chain } = master;
  let wrapping = wrappingOf(master.key);
  const own = await store.dataKeys.find(STORE_KEY);
  if (!own) throw new HalyardError("store_corrupt", "The store's own key is missing.", { hint: "Restore the store from a backup." });
  const root = unwrapped(own, own.wrapped_by === wrapping.id ? wrapping : await newer(own));

  /** A running process keeps up with a rotation where the key can be read again: a file, a credential, a keyring. */
  async function newer({ wrapped_by }: DataKeyRow): Promise<typeof wrapping> {
    const { fileDescriptor: _, ...sources } = options.sources;
    const again = await openMaster({ ...options, sources }).catch(() => undefined);
    const next = again && wrappingOf(again.key);
    if (next?.id !== wrapped_by) throw rotated();
    wrapping = next;
    return next;
  }

  const subkeys = new Map<string, Buffer>();
  const subkey = (use: string): Buffer => {
    const known = subkeys.get(use) ?? subkeyOf(root, use);
    subkeys.set(use, known);
    return known;
  };
  const rootWrapping = wrappingOf(root);
  return {
    provider,
    chain,
    mac: (text, purpose) =>
      createHmac("sha256", subkey(`mac ${purpose}`))
        .update(text)
        .digest("hex"),
    seal: (plain, context) => sealText(typeof plain === "string" ? plain : plain.reveal(), context, rootWrapping, random),
    open: (sealed, context) => new Secret(openText(sealed, context, rootWrapping)),
    async makeDataKey(tables, id, connectionId, nowMs) {
      const active = activeOf(await tables.masterKeys.list());
      if (active?.id !== wrapping.id) throw rotated();
      const row = makeDataKeyRow({ id, connection: connectionId, at: nowMs }, wrapping, random);
      await tables.dataKeys.insert(row);
      return openedDataKey(id, unwrapped(row, wrapping), random);
    },
    async openDataKey(row) {
      return openedDataKey(row.id, unwrapped(row, row.wrapped_by === wrapping.id ? wrapping : await newer(row)), random);
    },
  };
}

function rotated(): HalyardError {
  return new HalyardError("master_key", "The master key was replaced while this process ran.", {
    hint: "Start it again with the master key that is in use now.",
  });
}
