import * as nodeCrypto from "node:crypto";
import { HalyardError } from "../lib/errors.ts";
import type { RandomBytes } from "../lib/ids.ts";
import type { Secret } from "../lib/secret.ts";
import { KEY_BYTES } from "./cipher.ts";
import { keyFailure } from "./key-file.ts";

/** How a key is made from a passphrase; memory in KiB. */
export type PassphraseCost =
  | { name: "argon2id"; memoryKiB: number; passes: number; parallelism: number }
  | { name: "scrypt"; N: number; r: number; p: number };

/** Cost and salt, as they stand beside the check value; neither is secret. */
export type Derivation = PassphraseCost & { salt: string };

const hasArgon2 = "argon2" in nodeCrypto;

/** 128 MiB and a third of a second per guess. */
const SCRYPT: PassphraseCost = { name: "scrypt", N: 2 ** 17, r: 8, p: 1 };

/** Argon2id with 64 MiB and three passes (RFC 9106, second choice) where Node has it, else scrypt. */
export const PASSPHRASE_COST: PassphraseCost = hasArgon2 ? { name: "argon2id", memoryKiB: 65_536, passes: 3, parallelism: 4 } : SCRYPT;

/** For what must open on any machine: every Node has it. */
export const PORTABLE_COST: PassphraseCost = SCRYPT;

export function newDerivation(cost: PassphraseCost, random: RandomBytes): Derivation {
  return { ...cost, salt: Buffer.from(random(16)).toString("base64") };
}

/** What was written beside the check value. Error `store_corrupt`. */
export function parseDerivation(text: string): Derivation {
  try {
    const value = JSON.parse(text) as Derivation;
    if (value.name === "argon2id" || value.name === "scrypt") return value;
  } catch {
    // The same as a text that says something else.
  }
  throw new HalyardError("store_corrupt", "The vault's own record in the store was changed.", { hint: "Restore the store from a backup." });
}

/** 32 bytes from a passphrase, however its letters are composed. Error `master_key` for an empty one, or where this Node lacks the function. */
export function keyFromPassphrase(passphrase: Secret, derivation: Derivation): Promise<Buffer> {
  const text = passphrase.reveal().normalize("NFKC");
  if (text === "") throw keyFailure("The passphrase is empty.", "Give the passphrase, or leave the setting out.");
  const salt = Buffer.from(derivation.salt, "base64");
  if (derivation.name === "scrypt") {
    const { N, r, p } = derivation;
    return new Promise((resolve, reject) => {
      nodeCrypto.scrypt(text, salt, KEY_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) => (error ? reject(error) : resolve(key)));
    });
  }
  if (!hasArgon2) {
    throw keyFailure(
      "This store's key is made from the passphrase with argon2id, which this Node does not have.",
      "Start Halyard with Node 24.7 or newer.",
    );
  }
  const { memoryKiB: memory, passes, parallelism } = derivation;
  return new Promise((resolve, reject) => {
    nodeCrypto.argon2("argon2id", { message: text, nonce: salt, memory, passes, parallelism, tagLength: KEY_BYTES }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
