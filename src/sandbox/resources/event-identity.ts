import { hash } from "node:crypto";
import type { EventRow } from "./event-rows.ts";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const letters = Buffer.from("7".repeat(11));

/** Id of the event with this unique id of a profile and a metric. It is derived, so a repetition finds its first by `has`. */
export function eventId(profile: string, metric: string, uniqueId: string): string {
  // As hex digits, which are there three times as soon as bytes are.
  const digits = hash("sha256", `${profile}\t${metric}\t${uniqueId}`, "hex");
  // Written into bytes, since an account has hundreds of thousands: texts that grow by adding stay in pieces.
  for (let place = 0; place < 2; place++) {
    let rest = Number.parseInt(digits.slice(12 * place, 12 * place + 12), 16);
    for (let i = 1; i <= 5; i++, rest = Math.floor(rest / 62)) letters[5 * place + i] = BASE62.charCodeAt(rest % 62);
  }
  return letters.toString("latin1");
}

/** 100 ns steps from 1582-10-15, where the clock of time-based UUIDs begins, to 1970. */
const UUID_EPOCH = 0x01b21dd213814000n;

/** The time-based UUID: its clock is the event's second, the sequence 8001 as in recorded answers, the node derived from the id. */
export function eventUuid({ id, at }: EventRow): string {
  const time = (BigInt(at) * 10_000n + UUID_EPOCH).toString(16).padStart(15, "0");
  const node = hash("sha256", id).slice(0, 12);
  return `${time.slice(7)}-${time.slice(3, 7)}-1${time.slice(0, 3)}-8001-${node}`;
}
