import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { HalyardError } from "../lib/errors.ts";
import type { RandomBytes } from "../lib/ids.ts";
import { Secret } from "../lib/secret.ts";
import { openText, type SealContext, sealText } from "./envelope.ts";
import { keyFailure } from "./key-file.ts";
import {
  addTo,
  masterKey,
  type MasterKeyProvider,
  type MasterKeySources,
  parseMeta,
  PROVIDERS,
  SCRYPT_COST,
  type ScryptCost,
  type VaultMeta,
} from "./master-key.ts";

export interface VaultOptions {
  sources: MasterKeySources;
  meta: VaultMeta;
  random: RandomBytes;
  /** For passphrases; only tests should lower it. An existing store keeps the cost that it was made with. */
  scryptCost?: ScryptCost;
}

export interface Vault {
  /** Encrypts under a key of its own, bound to `context`. */
  seal(plain: Secret | string, context: SealContext): string;
  /** Errors: `master_key`, `store_corrupt`. */
  open(sealed: string, context: SealContext): Secret;
  /** HMAC-SHA-256, hex, under a key that only this purpose has. */
  mac(text: string, purpose: string): string;
  provider: MasterKeyProvider;
}

const CHECK = "vault.check";
const CHECK_TEXT = "halyard vault check 1";

/** Opens the vault with the first master key that is given; a wrong or missing one is a `master_key` error that says what to do. */
export async function openVault({ sources, meta, random, scryptCost = SCRYPT_COST }: VaultOptions): Promise<Vault> {
  const before = parsedCheck(await meta.get(CHECK));
  const { key: master, provider } = await masterKey({ sources, meta, random, cost: scryptCost, sealedWith: before?.provider });

  const subkeys = new Map<string, Buffer>();
  const subkey = (use: string): Buffer => {
    const known = subkeys.get(use) ?? Buffer.from(hkdfSync("sha256", master, "", `halyard ${use}`, 32));
    subkeys.set(use, known);
    return known;
  };
  const hmac = (text: string, use: string): string => createHmac("sha256", subkey(use)).update(text).digest("hex");

  const check = hmac(CHECK_TEXT, "check");
  const stored = before ?? parsedCheck(await addTo(meta, CHECK, JSON.stringify({ provider, check })));
  if (stored === undefined || !isEqual(stored.check, check)) throw wrongKey(provider, stored?.provider ?? provider);

  const wrapping = { key: subkey("wrap"), id: hmac("", "wrap id").slice(0, 16) };
  return {
    provider,
    mac: (text, purpose) => hmac(text, `mac ${purpose}`),
    seal: (plain, context) => sealText(typeof plain === "string" ? plain : plain.reveal(), context, wrapping, random),
    open: (sealed, context) => new Secret(openText(sealed, context, wrapping)),
  };
}

interface Check {
  provider: MasterKeyProvider;
  check: string;
}

function parsedCheck(text: string | undefined): Check | undefined {
  return text === undefined ? undefined : (parseMeta(text) as Check);
}

function wrongKey(given: MasterKeyProvider, before: MasterKeyProvider): HalyardError {
  if (given === before) {
    return keyFailure(
      `The master key from ${PROVIDERS[given]} is not the one that this store was sealed with.`,
      `Put back ${PROVIDERS[given]} as it was, or restore the store that belongs to this key.`,
    );
  }
  return keyFailure(
    `The master key from ${PROVIDERS[given]} is not the one that this store was sealed with, which came from ${PROVIDERS[before]}.`,
    `Give the key from ${PROVIDERS[before]} again.`,
  );
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
