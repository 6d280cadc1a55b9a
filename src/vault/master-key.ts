import { closeSync, readFileSync } from "node:fs";
import type { RandomBytes } from "../lib/ids.ts";
import type { Secret } from "../lib/secret.ts";
import { KEY_BYTES } from "./cipher.ts";
import { besideKeyFile, createKeyFile, keyFailure, promoteKeyFile, readKeyFile } from "./key-file.ts";
import { keyAsText, keyFromBytes, keyFromText } from "./key-text.ts";
import type { MasterKeyRow } from "./key-tables.ts";
import { createKeyring } from "./keyring.ts";
import { isKeyOf } from "./master-identity.ts";
import { keyFromPassphrase, newDerivation, parseDerivation, type PassphraseCost } from "./passphrase.ts";

/** Where a master key may come from, in the order in which they are asked; the first that is given is the one. */
export interface MasterKeySources {
  /** Where systemd would put it: 32 bytes, raw or as base64 or hex, readable by this service alone. */
  credentialFile?: string | undefined;
  /** Open for reading; the same forms. */
  fileDescriptor?: number | undefined;
  /** 32 bytes as base64 or hex. */
  environmentKey?: Secret | undefined;
  /** What the command of the system's keyring may see of the environment; without it there is no keyring. */
  keyringEnvironment?: Readonly<Record<string, string>> | undefined;
  passphrase?: Secret | undefined;
  /** Used when nothing else is given, and made on the very first start. */
  keyFile: string;
}

/** How messages call each source. */
export const PROVIDERS = {
  "systemd-credential": "the systemd credential",
  "file-descriptor": "a file descriptor",
  environment: "the environment",
  keyring: "the system's keyring",
  passphrase: "the passphrase",
  "key-file": "the key file",
};
export type MasterKeyProvider = keyof typeof PROVIDERS;

/** What became of one source in the search for the key. */
export interface SourceReport {
  provider: MasterKeyProvider;
  state: "used" | "not given" | "passed over" | "not asked";
  detail: string;
}

export interface MasterKey {
  key: Buffer;
  provider: MasterKeyProvider;
  /** For a passphrase: how the key was made from it, JSON. */
  derivation: string | null;
  /** Every source in order. */
  chain: SourceReport[];
}

interface Search {
  sources: MasterKeySources;
  /** The key that the store is sealed with; undefined before the first start. Once there is one, a missing key must be found again, never made. */
  active: MasterKeyRow | undefined;
  random: RandomBytes;
  cost: PassphraseCost;
}

type Found = Pick<MasterKey, "key"> & { derivation?: string };
type Answer = Found | { reason: string; state?: "passed over" };

const ASK: Record<MasterKeyProvider, (search: Search) => Answer | Promise<Answer>> = {
  "systemd-credential": ({ sources: { credentialFile } }) => {
    if (credentialFile === undefined) return { reason: "systemd gave no credentials" };
    const bytes = readGiven(credentialFile, `The master key cannot be read from the systemd credential ${credentialFile}.`);
    return bytes ? { key: keyFromBytes(bytes, "in the systemd credential") } : { reason: "there is none of the name halyard-master-key" };
  },
  "file-descriptor": ({ sources: { fileDescriptor } }) =>
    fileDescriptor === undefined ? { reason: "HALYARD_MASTER_KEY_FD is not set" } : { key: keyFromDescriptor(fileDescriptor) },
  environment: ({ sources: { environmentKey } }) =>
    environmentKey ? { key: keyFromText(environmentKey.reveal(), "in the environment") } : { reason: "HALYARD_MASTER_KEY is not set" },
  async keyring({ sources: { keyringEnvironment }, active }) {
    // A desktop's keyring is shut to services and to agents that start without its session: a key goes there only when its owner moves it.
    if (active?.provider !== "keyring" || !keyringEnvironment) return { reason: "this store's key is not in it" };
    const answer = await createKeyring(keyringEnvironment).read(active.id);
    return "found" in answer ? { key: keyFromText(answer.found.reveal(), "in the system's keyring") } : { ...answer, state: "passed over" };
  },
  async passphrase({ sources: { passphrase }, active, cost, random }) {
    if (!passphrase) return { reason: "HALYARD_PASSPHRASE is not set" };
    if (active && active.derivation === null) {
      throw keyFailure(`This store was not sealed with a passphrase, but with the key from ${nameOf(active)}.`, "Give that key again.");
    }
    const derivation = active?.derivation ? parseDerivation(active.derivation) : newDerivation(cost, random);
    return { key: await keyFromPassphrase(passphrase, derivation), derivation: JSON.stringify(derivation) };
  },
  "key-file": (search) => {
    const key = keyFromFile(search);
    return key ? { key } : { reason: `${search.sources.keyFile} does not exist` };
  },
};

const ORDER = Object.keys(PROVIDERS) as MasterKeyProvider[];

/** The master key from the first source that is given. Error `master_key`, with what to do, and nothing of the key in it. */
export async function findMasterKey(search: Search): Promise<MasterKey> {
  const chain: SourceReport[] = [];
  let found: (Found & { provider: MasterKeyProvider }) | undefined;
  for (const provider of ORDER) {
    if (found) {
      chain.push({ provider, state: "not asked", detail: `${PROVIDERS[found.provider]} comes first` });
      continue;
    }
    const answer = await ASK[provider](search);
    if ("key" in answer) {
      found = { ...answer, provider };
      chain.push({ provider, state: "used", detail: "it gave the key" });
    } else chain.push({ provider, state: answer.state ?? "not given", detail: answer.reason });
  }
  if (found) return { key: found.key, provider: found.provider, derivation: found.derivation ?? null, chain };
  throw missing(search, chain);
}

/** The name of the place where a key is, as the store wrote it down. */
export function nameOf({ provider }: Pick<MasterKeyRow, "provider">): string {
  return Object.entries(PROVIDERS).find(([name]) => name === provider)?.[1] ?? "another place";
}

function keyFromDescriptor(descriptor: number): Buffer {
  const failure = `The master key cannot be read from file descriptor ${descriptor}.`;
  let bytes: Buffer;
  try {
    bytes = readFileSync(descriptor);
    closeSync(descriptor);
  } catch (cause) {
    throw keyFailure(failure, "Open it for reading when Halyard is started.", cause);
  }
  return keyFromBytes(bytes, `from file descriptor ${descriptor}`);
}

function readGiven(file: string, failure: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw keyFailure(failure, "Give the user that runs Halyard permission to read it.", cause);
  }
}

/** The key file's key. A rotation that was killed after the store was sealed anew left the right one beside it: that takes its place now. */
function keyFromFile({ sources: { keyFile }, active, random }: Search): Buffer | undefined {
  const read = (file: string): Buffer | undefined => {
    const text = readKeyFile(file);
    return text === undefined ? undefined : keyFromText(text, `in ${file}`);
  };
  const key = read(keyFile);
  if (!active) {
    if (key) return key;
    createKeyFile(keyFile, keyAsText(random(KEY_BYTES)), random);
    // Another process may have been first; its key is the one.
    return read(keyFile);
  }
  if (key && isKeyOf(key, active)) return key;
  const beside = read(besideKeyFile(keyFile, active.id));
  if (!beside || !isKeyOf(beside, active)) return key;
  promoteKeyFile(keyFile, active.id);
  return beside;
}

function missing({ sources: { keyFile }, active }: Search, chain: SourceReport[]): Error {
  if (!active || active.provider === "key-file") {
    return keyFailure(
      `The master key file ${keyFile} is missing, and the store holds secrets that only it can open.`,
      "Put it back from its backup, with mode 600, or use the recovery file: halyard secrets import-recovery. Without either those secrets are lost and must be stored again in a new home.",
    );
  }
  const passed = chain.find(({ state }) => state === "passed over");
  return keyFailure(
    `No master key was given. This store was sealed with the key from ${nameOf(active)}${passed ? `, but ${passed.detail}` : ""}.`,
    passed ? "Unlock the keyring, or use the recovery file: halyard secrets import-recovery." : "Give that key again.",
  );
}
