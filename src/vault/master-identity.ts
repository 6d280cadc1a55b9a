import { createHmac, hkdfSync } from "node:crypto";
import { isSameText } from "../lib/same-text.ts";
import type { WrappingKey } from "./envelope.ts";
import type { MasterKeyRow } from "./key-tables.ts";

const CHECK_TEXT = "halyard vault check 1";

/** A key of its own for each use of a 32-byte key. */
export function subkeyOf(key: Uint8Array, use: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "", `halyard ${use}`, 32));
}

export function macOf(key: Uint8Array, text: string, use: string): string {
  return createHmac("sha256", subkeyOf(key, use)).update(text).digest("hex");
}

/** What wraps data keys under this key, with the name by which the store knows it: 16 hex digits. */
export function wrappingOf(key: Uint8Array): WrappingKey {
  return { key: subkeyOf(key, "wrap"), id: macOf(key, "", "wrap id").slice(0, 16) };
}

/** The value by which a right master key is told from a wrong one; it cannot be turned back. */
export function checkValueOf(key: Uint8Array): string {
  return macOf(key, CHECK_TEXT, "check");
}

export function isKeyOf(key: Uint8Array, row: Pick<MasterKeyRow, "check_value">): boolean {
  return isSameText(checkValueOf(key), row.check_value);
}
