import { randomBytes as systemRandomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";

/** Random bytes, injected: the system's in production, a seeded stream in the sandbox and in tests. */
export type RandomBytes = (sizeBytes: number) => Uint8Array;

export const randomBytes: RandomBytes = (sizeBytes) => systemRandomBytes(sizeBytes);

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A ULID: 10 characters of time, 16 of randomness; sorts by time. Source of the form: github.com/ulid/spec. */
export function ulid(atMs: number, random: RandomBytes): string {
  let time = "";
  for (let rest = atMs, i = 0; i < 10; i++) {
    time = CROCKFORD[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  let tail = "";
  for (const byte of random(16)) tail += CROCKFORD[byte % 32];
  return time + tail;
}

/** Makes our own ids: `call_01J…`, `appr_01J…`. The prefix says what the id is of, so that one pasted in the wrong place is told apart. */
export type NewId = (prefix: IdPrefix) => string;
export type IdPrefix = "call" | "appr" | "conn" | "agent" | "intent" | "sec" | "dk";

export function createIds(clock: Clock, random: RandomBytes = randomBytes): NewId {
  return (prefix) => `${prefix}_${ulid(clock.now(), random)}`;
}
