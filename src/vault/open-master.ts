import { isoMillis } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import type { RandomBytes } from "../lib/ids.ts";
import { makeDataKeyRow } from "./data-key.ts";
import { keyFailure } from "./key-file.ts";
import type { KeyStore, MasterKeyRow } from "./key-tables.ts";
import { checkValueOf, isKeyOf, wrappingOf } from "./master-identity.ts";
import { findMasterKey, type MasterKey, type MasterKeyProvider, type MasterKeySources, nameOf, PROVIDERS } from "./master-key.ts";
import { PASSPHRASE_COST, type PassphraseCost } from "./passphrase.ts";

export interface MasterKeyOptions {
  sources: MasterKeySources;
  store: KeyStore;
  random: RandomBytes;
  nowMs: number;
  /** For passphrases; only tests should lower it. An existing store keeps the cost that it was made with. */
  passphraseCost?: PassphraseCost | undefined;
}

/** A master key that fits the store, and what the store knows of it. */
export type OpenMaster = MasterKey & { row: MasterKeyRow };

/** Name of the store's own data key: what is sealed for no one connection, and every MAC, hangs on it. */
export const STORE_KEY = "store";

/** The master key that the store is sealed with, found and checked; at the very first start it is made. Error `master_key` says what to do. */
export async function openMaster(options: MasterKeyOptions): Promise<OpenMaster> {
  const { sources, store, random, passphraseCost: cost = PASSPHRASE_COST } = options;
  const active = activeOf(await store.masterKeys.list());
  const earlier = active ? undefined : await earlierForm(store);
  const search = { sources, active: active ?? earlier, random, cost };
  const first = await findMasterKey(search);
  if (earlier && !isKeyOf(first.key, earlier)) throw wrongKey(first, earlier, []);
  const row = active ?? (await begin(options, first, earlier !== undefined));
  // Of two first starts at once one was first: its salt is the one.
  const found = row.derivation === first.derivation ? first : await findMasterKey({ ...search, active: row });
  if (isKeyOf(found.key, row)) return { ...found, row };
  throw wrongKey(found, row, await store.masterKeys.list());
}

export function activeOf(rows: readonly MasterKeyRow[]): MasterKeyRow | undefined {
  return rows.find(({ status }) => status === "active");
}

export function masterRow(
  { key, provider, derivation }: Pick<MasterKey, "key" | "derivation"> & { provider: MasterKeyProvider },
  status: MasterKeyRow["status"],
  nowMs: number,
): MasterKeyRow {
  return { id: wrappingOf(key).id, provider, check_value: checkValueOf(key), derivation, status, created_at: nowMs, ended_at: null };
}

/** The first start of a store: its master key is written down and its own data key made, unless another process does so at the same time. */
function begin({ store, random, nowMs }: MasterKeyOptions, found: MasterKey, hasEarlierForm: boolean): Promise<MasterKeyRow> {
  return store.transaction(async (tables) => {
    const other = activeOf(await tables.masterKeys.list());
    if (other) return other;
    const row = masterRow(found, "active", nowMs);
    await tables.masterKeys.insert(row);
    // A store of before there were data keys was sealed with the master key itself, which so becomes its own key.
    const own = { id: STORE_KEY, connection: null, at: nowMs, ...(hasEarlierForm && { key: found.key }) };
    await tables.dataKeys.insert(makeDataKeyRow(own, wrappingOf(found.key), random));
    return row;
  });
}

/** The master key of a store that was made before there were data keys, as that store wrote it down. */
async function earlierForm({ meta }: KeyStore): Promise<MasterKeyRow | undefined> {
  const [check, salt] = await Promise.all([meta.get("vault.check"), meta.get("vault.salt")]);
  if (check === undefined) return undefined;
  try {
    const { provider, check: check_value } = JSON.parse(check) as { provider: string; check: string };
    const derivation = salt === undefined ? null : JSON.stringify({ name: "scrypt", ...(JSON.parse(salt) as object) });
    return { id: "", provider, check_value, derivation, status: "active", created_at: 0, ended_at: null };
  } catch (cause) {
    throw new HalyardError("store_corrupt", "The vault's own record in the store was changed.", {
      hint: "Restore the store from a backup.",
      cause,
    });
  }
}

function wrongKey(given: MasterKey, active: Pick<MasterKeyRow, "provider">, rows: readonly MasterKeyRow[]): HalyardError {
  const from = PROVIDERS[given.provider];
  const id = wrappingOf(given.key).id;
  const retired = rows.find((row) => row.id === id && row.status === "retired");
  if (retired) {
    const instead = given.provider === active.provider ? "Give the new one" : `Take this one away, and give the one from ${nameOf(active)}`;
    return keyFailure(
      `The master key from ${from} was replaced at ${isoMillis(retired.ended_at ?? 0)} and opens nothing any more.`,
      `${instead}; or restore the backup of the store that belongs to this key.`,
    );
  }
  if (given.provider === active.provider) {
    return keyFailure(
      `The master key from ${from} is not the one that this store was sealed with.`,
      `Put back ${from} as it was, use the recovery file (halyard secrets import-recovery), or restore the store that belongs to this key.`,
    );
  }
  return keyFailure(
    `The master key from ${from} is not the one that this store was sealed with, which came from ${nameOf(active)}.`,
    `Give the key from ${nameOf(active)} again.`,
  );
}
