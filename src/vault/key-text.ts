import { KEY_BYTES } from "./cipher.ts";
import { keyFailure } from "./key-file.ts";

/** 32 bytes from base64, base64url or hex. Error `master_key`, without a word of what was given. */
export function keyFromText(text: string, where: string): Buffer {
  const compact = text.trim();
  const hex = /^[0-9a-f]{64}$/i.test(compact);
  const base64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(compact);
  if (!hex && !base64) {
    throw keyFailure(
      `The master key ${where} is not 32 bytes in base64 or hex.`,
      "Make one with `openssl rand -base64 32`; if there was one before, give that one.",
    );
  }
  return Buffer.from(compact, hex ? "hex" : "base64");
}

/** The same, or 32 bytes as they are: what a file or a descriptor may hold. */
export function keyFromBytes(bytes: Buffer, where: string): Buffer {
  return bytes.length === KEY_BYTES ? Buffer.from(bytes) : keyFromText(bytes.toString("latin1"), where);
}

/** How Halyard writes a key. */
export function keyAsText(key: Uint8Array): string {
  return Buffer.from(key).toString("base64");
}
