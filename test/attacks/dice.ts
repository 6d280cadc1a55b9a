/** Chance that is the same for the same seed. */
export interface Dice {
  /** 0 ≤ n < below, whole. */
  roll(below: number): number;
  pick<T>(from: readonly T[]): T;
  chance(probability: number): boolean;
}

/** Mulberry32 over a 32-bit seed; a text is hashed to one. */
export function createDice(seed: number | string): Dice {
  let state = typeof seed === "number" ? seed >>> 0 : hashOf(seed);
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const roll = (below: number): number => Math.floor(next() * below);
  return {
    roll,
    chance: (probability) => next() < probability,
    pick(from) {
      const at = roll(from.length);
      const found = from[at];
      if (found === undefined && at >= from.length) throw new Error("Nothing to pick from");
      return found as (typeof from)[number];
    },
  };
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93);
  return hash >>> 0;
}
