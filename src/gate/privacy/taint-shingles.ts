import type { ConnectionKey } from "../../vault/connection-key.ts";

/**
 * Pieces of 20 characters, one at every fifth place of what was read, against every place of what is to be sent: whatever 24 characters the two have in common
 * are found, and nothing shorter than 20.
 */
const WIDTH = 20;
const STEP = 5;

/** Most hashes of one answer: more text than an agent is shown of it. */
const MAX_HASHES = 16_000;

/** Two rolling hashes of 32 bits under bases that only the connection knows: nobody can try texts against them. */
interface Bases {
  a: number;
  b: number;
}

export function basesOf(key: ConnectionKey): Bases {
  const bits = key.mac("bases", "shingles");
  return { a: bits.readUInt32BE(0) | 5, b: bits.readUInt32BE(4) | 3 };
}

/** Hashes of texts that were read, base64 of 8 bytes each. */
export function shinglesOf(texts: string[], bases: Bases): string {
  const hashes = new Set<bigint>();
  for (const text of texts) {
    roll(text, bases, (at, hash) => {
      if (at % STEP === 0) hashes.add(hash());
      return hashes.size >= MAX_HASHES;
    });
    if (hashes.size >= MAX_HASHES) break;
  }
  return Buffer.from(BigUint64Array.from(hashes).buffer).toString("base64");
}

/** The hashes of several reads, for {@link holdsShingle}. */
export function shingleSet(stored: string[]): Set<bigint> {
  const known = new Set<bigint>();
  for (const text of stored) {
    const bytes = Buffer.from(text, "base64");
    for (let at = 0; at + 8 <= bytes.length; at += 8) known.add(bytes.readBigUInt64LE(at));
  }
  return known;
}

/** Whether a text holds a piece of what was read. */
export function holdsShingle(text: string, known: Set<bigint>, bases: Bases): boolean {
  if (known.size === 0) return false;
  let found = false;
  roll(text, bases, (_, hash) => (found = known.has(hash())));
  return found;
}

/** Calls `visit` with the hash of each piece, until it says true. */
function roll(text: string, { a, b }: Bases, visit: (at: number, hash: () => bigint) => boolean): void {
  if (text.length < WIDTH) return;
  let [first, second, outA, outB] = [0, 0, 1, 1];
  for (let i = 0; i < WIDTH; i++) {
    first = (Math.imul(first, a) + text.charCodeAt(i)) | 0;
    second = (Math.imul(second, b) + text.charCodeAt(i)) | 0;
    if (i > 0) [outA, outB] = [Math.imul(outA, a), Math.imul(outB, b)];
  }
  for (let at = 0; ; at++) {
    if (visit(at, () => (BigInt(first >>> 0) << 32n) | BigInt(second >>> 0))) return;
    if (at + WIDTH >= text.length) return;
    const [old, next] = [text.charCodeAt(at), text.charCodeAt(at + WIDTH)];
    first = (Math.imul(first - Math.imul(old, outA), a) + next) | 0;
    second = (Math.imul(second - Math.imul(old, outB), b) + next) | 0;
  }
}
