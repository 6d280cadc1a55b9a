import { isoMillis } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import type { RandomBytes } from "../lib/ids.ts";
import type { Secret } from "../lib/secret.ts";
import { decrypt, encrypt } from "./cipher.ts";
import { wrappingOf } from "./master-identity.ts";
import { type Derivation, keyFromPassphrase, newDerivation, parseDerivation, PORTABLE_COST, type PassphraseCost } from "./passphrase.ts";
import { newRecoveryPhrase, parseRecoveryPhrase } from "./recovery-phrase.ts";

/**
 * The recovery file: one JSON document. `sealed` is the master key under AES-256-GCM with a key that `derivation` makes from the phrase (without
 * hyphens and its last two characters); IV, ciphertext and tag in base64url, bound to "halyard-recovery", the version, the key's name and the time.
 */
interface RecoveryFile {
  halyard_recovery: 1;
  /** Name of the master key in the store. */
  key: string;
  /** ISO 8601. */
  made_at: string;
  derivation: Derivation;
  sealed: string;
}

/** The master key under a fresh phrase. Only the two together open anything. */
export async function sealRecovery(
  master: Buffer,
  { nowMs, random, cost = PORTABLE_COST }: { nowMs: number; random: RandomBytes; cost?: PassphraseCost | undefined },
): Promise<{ text: string; phrase: Secret }> {
  const phrase = newRecoveryPhrase(random);
  const derivation = newDerivation(cost, random);
  const about = { key: wrappingOf(master).id, made_at: isoMillis(nowMs) };
  const key = await keyFromPassphrase(parseRecoveryPhrase(phrase), derivation);
  const file: RecoveryFile = { halyard_recovery: 1, ...about, derivation, sealed: encrypt(master, key, bound(about), random) };
  return { text: `${JSON.stringify(file, null, 2)}\n`, phrase };
}

/** The master key of a recovery file. Errors: `usage` for a text that is none or a phrase that is not its own. */
export async function openRecovery(text: string, typed: Secret): Promise<Buffer> {
  const file = parseRecoveryFile(text);
  const key = await keyFromPassphrase(parseRecoveryPhrase(typed), file.derivation);
  try {
    return decrypt(file.sealed, key, bound(file));
  } catch (cause) {
    throw new HalyardError("usage", "This phrase does not open this recovery file, or the file was changed.", {
      hint: "Each export has a phrase of its own: take the one that was shown with this file.",
      cause,
    });
  }
}

function parseRecoveryFile(text: string): RecoveryFile {
  try {
    const file = JSON.parse(text) as Partial<RecoveryFile>;
    const { key, made_at, sealed, derivation } = file;
    if (file.halyard_recovery === 1 && typeof key === "string" && typeof made_at === "string" && typeof sealed === "string") {
      return { halyard_recovery: 1, key, made_at, sealed, derivation: limited(parseDerivation(JSON.stringify(derivation))) };
    }
  } catch {
    // The same as a document of another kind.
  }
  throw new HalyardError("usage", "This is not a recovery file.", { hint: "It is what halyard secrets export-recovery wrote." });
}

/** A file from elsewhere does not decide how much memory is used up here. */
function limited(derivation: Derivation): Derivation {
  const fits = derivation.name === "scrypt" ? 128 * derivation.N * derivation.r <= 2 ** 30 : derivation.memoryKiB <= 2 ** 20;
  if (fits) return derivation;
  throw new HalyardError("usage", "This is not a recovery file.");
}

function bound({ key, made_at }: Pick<RecoveryFile, "key" | "made_at">): string[] {
  return ["halyard-recovery", "1", key, made_at];
}
