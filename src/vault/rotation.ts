import { HalyardError } from "../lib/errors.ts";
import { Secret } from "../lib/secret.ts";
import { KEY_BYTES } from "./cipher.ts";
import { rewrapped } from "./data-key.ts";
import { besideKeyFile, createKeyFile, keyFailure, promoteKeyFile, readKeyFile, removeKeyFile, sweepBesideKeyFile } from "./key-file.ts";
import { keyAsText, keyFromText } from "./key-text.ts";
import type { MasterKeyRow } from "./key-tables.ts";
import { createKeyring } from "./keyring.ts";
import { isKeyOf, wrappingOf } from "./master-identity.ts";
import { type MasterKey, type MasterKeyProvider, PROVIDERS } from "./master-key.ts";
import { activeOf, type MasterKeyOptions, masterRow, openMaster, type OpenMaster } from "./open-master.ts";
import { keyFromPassphrase, newDerivation, parseDerivation, PASSPHRASE_COST } from "./passphrase.ts";

/** Every step of a rotation, in order. After each of them a killed process leaves a store that opens, with the old key or with the new one. */
export const ROTATION_STEPS = ["opened", "made", "journalled", "kept", "rewrapped", "placed", "cleared", "purged"] as const;
export type RotationStep = (typeof ROTATION_STEPS)[number];

export interface RotationOptions extends MasterKeyOptions {
  /** Where the new key is to come from; where the old one came from unless told. */
  to?: MasterKeyProvider | undefined;
  /** The new key or passphrase, for the places that Halyard cannot write to. */
  given?: Secret | undefined;
  by: string;
  /** Told after each step; tests end the process there. */
  reached?: ((step: RotationStep) => void) | undefined;
}

export interface RotationReport {
  from: MasterKeyProvider;
  to: MasterKeyProvider;
  /** How many data keys are under the new master key. */
  dataKeys: number;
  /** Whether a rotation that was interrupted was gone on with. */
  resumed: boolean;
  /** Whether nothing of the old wrapping is left in the store's files; false while another process reads them. */
  purged: boolean;
}

/** Places that Halyard writes the new key to; to the others its owner brings it. */
const WRITABLE: readonly MasterKeyProvider[] = ["keyring", "key-file"];

type NewKey = Pick<MasterKey, "key" | "derivation" | "provider">;

/**
 * Puts every data key under a new master key, or under one that comes from elsewhere. The new key is durable in its place before the one transaction that
 * wraps all data keys with it, and the old one goes only after: whenever the process is killed, one of the two opens the store, and the next rotation finishes.
 */
export async function rotateMasterKey(options: RotationOptions): Promise<RotationReport> {
  const { store, nowMs, by, reached = () => undefined } = options;
  const old = await openMaster(options);
  reached("opened");
  const rows = await store.masterKeys.list();
  const journal = rows.find(({ status }) => status === "next");
  const { next, resumed } = await newKeyOf(options, old, journal);
  refuseUsed(next, rows);
  reached("made");
  if (!resumed) {
    await store.transaction(async (tables) => {
      await tables.masterKeys.removeNext();
      await tables.masterKeys.insert(masterRow(next, "next", nowMs));
      await tables.audit.append({
        at: nowMs,
        event: "secrets.rotation_begun",
        fields: { by, from: old.provider, to: next.provider, key: wrappingOf(next.key).id },
      });
    });
  }
  reached("journalled");
  await keep(options, next);
  reached("kept");
  const dataKeys = await rewrapAll(options, old, next);
  reached("rewrapped");
  const { keyFile } = options.sources;
  if (next.provider === "key-file") promoteKeyFile(keyFile, wrappingOf(next.key).id);
  reached("placed");
  await clear(options, old, next);
  reached("cleared");
  const purged = await store.purge();
  reached("purged");
  return { from: old.provider, to: next.provider, dataKeys, resumed, purged };
}

/** The new key: that of the rotation under way where it can be had again, else a fresh or a given one. */
async function newKeyOf(
  options: RotationOptions,
  old: OpenMaster,
  journal: MasterKeyRow | undefined,
): Promise<{ next: NewKey; resumed: boolean }> {
  const { to: provider = old.provider, given, random, passphraseCost: cost = PASSPHRASE_COST } = options;
  const sameJournal = journal?.provider === provider ? journal : undefined;
  if (WRITABLE.includes(provider)) {
    const kept = sameJournal && (await keptKey(options, sameJournal));
    if (kept) return { next: { key: kept, provider, derivation: null }, resumed: true };
    return { next: { key: Buffer.from(random(KEY_BYTES)), provider, derivation: null }, resumed: false };
  }
  if (!given) {
    throw new HalyardError("usage", `A new key from ${PROVIDERS[provider]} must be given: Halyard cannot put it there.`, {
      hint: "Give it on standard input, put it where Halyard is to find it, and keep the old one until this has ended.",
    });
  }
  if (provider !== "passphrase") {
    const key = keyFromText(given.reveal(), "that was given");
    return { next: { key, provider, derivation: null }, resumed: sameJournal !== undefined && isKeyOf(key, sameJournal) };
  }
  if (sameJournal?.derivation) {
    const key = await keyFromPassphrase(given, parseDerivation(sameJournal.derivation));
    if (isKeyOf(key, sameJournal)) return { next: { key, provider, derivation: sameJournal.derivation }, resumed: true };
  }
  const derivation = newDerivation(cost, random);
  return { next: { key: await keyFromPassphrase(given, derivation), provider, derivation: JSON.stringify(derivation) }, resumed: false };
}

/** The key that an interrupted rotation had put in its place already. */
async function keptKey({ sources }: RotationOptions, { id, provider, check_value }: MasterKeyRow): Promise<Buffer | undefined> {
  const text =
    provider === "keyring"
      ? await createKeyring(sources.keyringEnvironment ?? {})
          .read(id)
          .then((answer) => ("found" in answer ? answer.found.reveal() : undefined))
      : readKeyFile(besideKeyFile(sources.keyFile, id));
  const key = text === undefined ? undefined : keyFromText(text, `of the rotation under way`);
  return key && isKeyOf(key, { check_value }) ? key : undefined;
}

function refuseUsed({ key, provider }: NewKey, rows: readonly MasterKeyRow[]): void {
  const known = rows.find((row) => row.status !== "next" && isKeyOf(key, row));
  if (!known) return;
  throw keyFailure(
    `The new master key from ${PROVIDERS[provider]} is one that this store ${known.status === "active" ? "is sealed with already" : "had before"}.`,
    "Give a fresh one: openssl rand -base64 32.",
  );
}

async function keep({ sources, random }: RotationOptions, { key, provider }: NewKey): Promise<void> {
  const { id } = wrappingOf(key);
  if (provider === "key-file") createKeyFile(besideKeyFile(sources.keyFile, id), keyAsText(key), random);
  if (provider !== "keyring") return;
  const refused = await createKeyring(sources.keyringEnvironment ?? {}).keep(id, new Secret(key.toString("hex")));
  if (refused) throw keyFailure(`The new master key cannot be kept in ${PROVIDERS.keyring}: ${refused.reason}.`, "Nothing was changed.");
}

/** The one moment at which the new key becomes the key: all of it or nothing. */
function rewrapAll({ store, random, nowMs, by }: RotationOptions, old: OpenMaster, next: NewKey): Promise<number> {
  const [from, to] = [wrappingOf(old.key), wrappingOf(next.key)];
  return store.transaction(async (tables) => {
    // The old one is retired first: the store allows one active key.
    const isFirst =
      (await tables.masterKeys.transition(from.id, "active", "retired", nowMs)) &&
      (await tables.masterKeys.transition(to.id, "next", "active", nowMs));
    if (!isFirst || activeOf(await tables.masterKeys.list())?.id !== to.id) throw overtaken();
    const rows = await tables.dataKeys.list();
    for (const row of rows) {
      if (!(await tables.dataKeys.rewrap(row.id, row.wrapped, rewrapped(row, from, to, random)))) throw overtaken();
    }
    await tables.audit.append({
      at: nowMs,
      event: "secrets.rotated",
      fields: { by, from: old.provider, to: next.provider, old_key: from.id, key: to.id, data_keys: rows.length },
    });
    return rows.length;
  });
}

/** The old key opens nothing any more; where we put it, it is taken away. */
async function clear({ sources, store }: RotationOptions, old: OpenMaster, next: NewKey): Promise<void> {
  const rows = await store.masterKeys.list();
  if (next.provider !== "key-file") {
    const text = readKeyFile(sources.keyFile);
    const isRetired = (key: Buffer): boolean => rows.some((row) => row.status === "retired" && isKeyOf(key, row));
    if (text !== undefined && isRetired(keyFromText(text, `in ${sources.keyFile}`))) removeKeyFile(sources.keyFile);
  }
  sweepBesideKeyFile(
    sources.keyFile,
    rows.filter(({ status }) => status !== "retired").map(({ id }) => id),
  );
  if (old.provider === "keyring") await createKeyring(sources.keyringEnvironment ?? {}).remove(old.row.id);
}

function overtaken(): HalyardError {
  return new HalyardError("conflict", "The master key was replaced by another process meanwhile.", {
    hint: "Nothing of this one was kept. Look with halyard secrets doctor.",
  });
}
