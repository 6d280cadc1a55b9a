import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { HalyardError } from "../lib/errors.ts";
import type { RandomBytes } from "../lib/ids.ts";

const CIPHER = "aes-256-gcm";
const IV_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** Base64url of IV, ciphertext and tag. It opens only with the same key and the same `bound` fields, in the same order. */
export function encrypt(plain: Uint8Array, key: Uint8Array, bound: readonly string[], random: RandomBytes): string {
  const iv = random(IV_BYTES);
  const cipher = createCipheriv(CIPHER, keyObject(key), iv).setAAD(associated(bound));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString("base64url");
}

/** Opens what {@link encrypt} made. Error `store_corrupt`, which says nothing about keys or content. */
export function decrypt(text: string, key: Uint8Array, bound: readonly string[]): Buffer {
  const sealed = decoded(text);
  if (sealed.length < IV_BYTES + TAG_BYTES) throw unreadable();
  const decipher = createDecipheriv(CIPHER, keyObject(key), sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(associated(bound))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw unreadable();
  }
}

const objects = new WeakMap<Uint8Array, KeyObject>();

/** Node takes bytes as a key too, at five times the time of a whole opening (measured with Node 24). */
function keyObject(key: Uint8Array): KeyObject {
  const known = objects.get(key) ?? createSecretKey(key);
  objects.set(key, known);
  return known;
}

/** Every field with its length before it, so that no two lists have the same bytes. */
function associated(fields: readonly string[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** Node's decoder skips what it does not know; a text that is not exactly what we wrote was changed. */
function decoded(text: string): Buffer {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.toString("base64url") !== text) throw unreadable();
  return bytes;
}

export function unreadable(): HalyardError {
  return new HalyardError("store_corrupt", "A sealed value was changed, or does not belong to its record.", {
    hint: "Restore the store from a backup, or store the secret again.",
  });
}
