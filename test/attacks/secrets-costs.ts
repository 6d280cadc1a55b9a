import type { PassphraseCost } from "../../src/vault/passphrase.ts";

/** Passphrases in tests cost next to nothing. */
export const CHEAP: PassphraseCost = { name: "scrypt", N: 16, r: 1, p: 1 };
