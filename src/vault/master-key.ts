import { scrypt } from "node:crypto";
import { closeSync, readFileSync } from "node:fs";
import { HalyardError } from "../lib/errors.ts";
import type { RandomBytes } from "../lib/ids.ts";
import type { Secret } from "../lib/secret.ts";
import { createKeyFile, keyFailure, readKeyFile } from "./key-file.ts";

/** Where the vault keeps its check value and salt; neither is secret. `store.meta` fits. */
export interface VaultMeta {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  /** Sets unless set, gives what holds: keeps two first starts at once from overwriting each other. */
  add?(key: string, value: string): Promise<string>;
}

/** Where a master key may come from; the first that is given is the one. */
export interface MasterKeySources {
  /** 32 bytes as base64 or hex. */
  environmentKey?: Secret | undefined;
  /** Open for reading; gives 32 bytes, raw or as base64 or hex. */
  fileDescriptor?: number | undefined;
  passphrase?: Secret | undefined;
  /** Used when nothing else is given, and made on the very first start. */
  keyFile: string;
}

/** How messages call each source. */
export const PROVIDERS = {
  environment: "the environment",
  "file-descriptor": "a file descriptor",
  passphrase: "the passphrase",
  "key-file": "the key file",
};
export type MasterKeyProvider = keyof typeof PROVIDERS;

export interface MasterKey {
  key: Buffer;
  provider: MasterKeyProvider;
}

export interface ScryptCost {
  N: number;
  r: number;
  p: number;
}

/** 128 MiB and a third of a second per guess. */
export const SCRYPT_COST: ScryptCost = { N: 2 ** 17, r: 8, p: 1 };

const KEY_BYTES = 32;
const SALT = "vault.salt";

export interface MasterKeyOptions {
  sources: MasterKeySources;
  meta: VaultMeta;
  random: RandomBytes;
  cost: ScryptCost;
  /** Where the key of this store came from at its first start. Once there is one, a missing key must be found again, never made. */
  sealedWith: MasterKeyProvider | undefined;
}

/** The master key from the first source that is given. Error `master_key`, with what to do, and nothing of the key in it. */
export async function masterKey(options: MasterKeyOptions): Promise<MasterKey> {
  const { environmentKey, fileDescriptor, passphrase, keyFile } = options.sources;
  if (environmentKey) return { provider: "environment", key: keyFromText(environmentKey.reveal(), "in the environment") };
  if (fileDescriptor !== undefined) return { provider: "file-descriptor", key: keyFromDescriptor(fileDescriptor) };
  if (passphrase) return { provider: "passphrase", key: await keyFromPassphrase(passphrase, options) };
  return { provider: "key-file", key: keyFromFile(keyFile, options) };
}

function keyFromText(text: string, where: string): Buffer {
  const compact = text.trim();
  const hex = /^[0-9a-f]{64}$/i.test(compact);
  const base64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(compact);
  if (!hex && !base64) {
    throw keyFailure(
      `The master key ${where} is not 32 bytes in base64 or hex.`,
      "Make one with `openssl rand -base64 32`; if there was one before, give that one.",
    );
  }
  return Buffer.from(compact, hex ? "hex" : "base64");
}

function keyFromDescriptor(descriptor: number): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(descriptor);
    closeSync(descriptor);
  } catch (cause) {
    throw keyFailure(
      `The master key cannot be read from file descriptor ${descriptor}.`,
      "Open it for reading when Halyard is started.",
      cause,
    );
  }
  return bytes.length === KEY_BYTES ? bytes : keyFromText(bytes.toString("latin1"), `from file descriptor ${descriptor}`);
}

async function keyFromPassphrase(passphrase: Secret, { meta, random, cost, sealedWith }: MasterKeyOptions): Promise<Buffer> {
  let stored = await meta.get(SALT);
  if (stored === undefined) {
    if (sealedWith)
      throw keyFailure(
        `This store was not sealed with a passphrase, but with the key from ${PROVIDERS[sealedWith]}.`,
        "Give that key again.",
      );
    stored = await addTo(meta, SALT, JSON.stringify({ ...cost, salt: Buffer.from(random(16)).toString("base64") }));
  }
  const { salt, N, r, p } = parseMeta(stored) as ScryptCost & { salt: string };
  const normal = passphrase.reveal().normalize("NFKC");
  if (normal === "") throw keyFailure("The passphrase is empty.", "Give the passphrase, or leave the setting out.");
  return new Promise((resolve, reject) => {
    scrypt(normal, Buffer.from(salt, "base64"), KEY_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function keyFromFile(file: string, { random, sealedWith }: MasterKeyOptions): Buffer {
  const where = `in ${file}`;
  const found = readKeyFile(file);
  if (found !== undefined) return keyFromText(found, where);
  if (sealedWith === "key-file") {
    throw keyFailure(
      `The master key file ${file} is missing, and the store holds secrets that only it can open.`,
      "Put it back from its backup, with mode 600. Without it those secrets are lost and must be stored again in a new home.",
    );
  }
  if (sealedWith)
    throw keyFailure(`No master key was given. This store was sealed with the key from ${PROVIDERS[sealedWith]}.`, "Give that key again.");
  createKeyFile(file, Buffer.from(random(KEY_BYTES)).toString("base64"), random);
  // Another process may have been first; its key is the one.
  return keyFromText(readKeyFile(file) ?? "", where);
}

/** Sets a value unless it is set, and gives the one that holds. */
export async function addTo(meta: VaultMeta, key: string, value: string): Promise<string> {
  if (meta.add) return meta.add(key, value);
  if ((await meta.get(key)) === undefined) await meta.set(key, value);
  return (await meta.get(key)) ?? value;
}

/** What the vault itself wrote into meta. */
export function parseMeta(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HalyardError("store_corrupt", "The vault's own record in the store was changed.", {
      hint: "Restore the store from a backup.",
      cause,
    });
  }
}
