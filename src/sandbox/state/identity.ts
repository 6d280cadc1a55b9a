import { createHash } from "node:crypto";
import { ulid, type RandomBytes } from "../../lib/ids.ts";

/** Where the id streams stand. Kept with the state, so that a restart never hands out an id twice and a rollback leaves no trace. */
export interface IdMark {
  readonly drawn: number;
  readonly ulid: string;
  readonly short: number;
  readonly uuid: number;
}

/** Ids in Klaviyo's forms (behaviour.md §1.11) out of one seeded stream. `ulid`, `short` and `uuid` grow, so id order is order of making. */
export interface Ids {
  /** 26 characters: profiles, campaigns, messages. Grows within a millisecond. */
  ulid(atMs: number): string;
  /** 6 mixed-case characters: lists, segments, metrics, flows, templates, forms. */
  short(): string;
  /** UUID v4: tags, tag groups, reports. */
  uuid(): string;
  hex(length: number): string;
  alphanumeric(length: number): string;
  digits(length: number): string;
  /** A whole number from 0 to `below` - 1. */
  number(below: number): number;
  bytes: RandomBytes;
  mark(): IdMark;
  reset(mark: IdMark): void;
}

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Makes the id streams of a seed. */
export function createIdentity(seed: string): Ids {
  const start = createHash("sha256").update(seed).digest().readInt32LE(0);
  // "Q00000" in base 62: ids of a real account begin with R to Y, never with a digit.
  let mark: IdMark = { drawn: 0, ulid: "", short: BASE62.indexOf("Q") * 62 ** 5 + (scramble(start) % 62 ** 5), uuid: 0x10_00_00_00 };

  const word = (): number => {
    mark = { ...mark, drawn: mark.drawn + 1 };
    return scramble(start + Math.imul(mark.drawn, 0x9e_37_79_b9));
  };
  const bytes: RandomBytes = (sizeBytes) => Uint8Array.from({ length: sizeBytes }, () => word() >>> 24);
  const text = (alphabet: string, length: number): string => Array.from({ length }, () => alphabet[word() % alphabet.length]).join("");
  return {
    ulid(atMs) {
      const fresh = ulid(atMs, bytes);
      const next = mark.ulid.slice(0, 10) === fresh.slice(0, 10) ? increment(mark.ulid) : fresh;
      mark = { ...mark, ulid: next };
      return next;
    },
    short() {
      mark = { ...mark, short: mark.short + 1 + (word() % 2_000_000) };
      let rest = mark.short;
      let id = "";
      for (let i = 0; i < 6; i++, rest = Math.floor(rest / 62)) id = BASE62[rest % 62] + id;
      return id;
    },
    uuid() {
      mark = { ...mark, uuid: (mark.uuid + 1 + (word() % 65_536)) % 2 ** 32 };
      const tail = text("0123456789abcdef", 23);
      const variant = "89ab"[word() % 4] ?? "8";
      return `${mark.uuid.toString(16).padStart(8, "0")}-${tail.slice(0, 4)}-4${tail.slice(4, 7)}-${variant}${tail.slice(7, 10)}-${tail.slice(10, 22)}`;
    },
    hex: (length) => text("0123456789abcdef", length),
    alphanumeric: (length) => text(BASE62, length),
    digits: (length) => String(1 + (word() % 9)) + text("0123456789", length - 1),
    number: (below) => word() % below,
    bytes,
    mark: () => mark,
    reset(to) {
      mark = to;
    },
  };
}

/** A mixing function of 32 bits: every bit of the input reaches every bit of the result. Not for secrets; nothing here is one. */
function scramble(input: number): number {
  let mixed = Math.imul(input ^ (input >>> 16), 0x21_f0_aa_ad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x73_5a_2d_97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

function increment(id: string): string {
  for (let i = id.length - 1; i >= 0; i--) {
    const digit = CROCKFORD.indexOf(id[i] ?? "0");
    if (digit < 31) return id.slice(0, i) + CROCKFORD[digit + 1] + "0".repeat(id.length - 1 - i);
  }
  return id;
}
