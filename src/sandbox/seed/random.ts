import { createHash } from "node:crypto";

/** Numbers of one purpose. Each purpose has a stream of its own, and in it each index: what one thing draws never shifts another. */
export interface Random {
  /** Begins the numbers of this index. */
  seek(index: number): Random;
  /** From 0 up to 1. */
  next(): number;
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  chance(share: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** An id in the form of a ULID. */
  ulid(atMs: number): string;
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The stream of a name, such as `halyard shopping`. Seeding draws millions of numbers, hence no bytes and no hashing on the way. */
export function createRandom(name: string): Random {
  const start = createHash("sha256").update(name).digest().readInt32LE(0);
  let state = start;
  let step = 0x6d_2b_79_f5;
  /** Mulberry32, with a step of its own for each index: with one step for all, two indexes run into the same numbers at large counts. */
  const word = (): number => {
    state = (state + step) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  /** Letter by letter: a text that grows by adding is kept in pieces, which take up ten times the room. */
  const letters = Buffer.alloc(26);
  const next = (): number => word() / 2 ** 32;
  const below = (limit: number): number => Math.floor(next() * limit);
  const random: Random = {
    seek(index) {
      state = Math.imul(start ^ Math.imul(index + 1, 0x9e_37_79_b9), 0x85_eb_ca_6b);
      step = Math.imul(state ^ (state >>> 15), 0xc2_b2_ae_35) | 1;
      return random;
    },
    next,
    below,
    between: (least, most) => least + below(most - least + 1),
    chance: (share) => next() < share,
    pick: (items) => items[below(items.length)] ?? items[0],
    ulid(atMs) {
      for (let rest = atMs, i = 9; i >= 0; i--, rest = Math.floor(rest / 32)) letters[i] = CROCKFORD.charCodeAt(rest % 32);
      for (let i = 10; i < 26; i += 4) {
        const bits = word();
        for (let j = 0; j < 4; j++) letters[i + j] = CROCKFORD.charCodeAt((bits >>> (5 * j)) & 31);
      }
      return letters.toString("latin1");
    },
  };
  return random;
}
