import { createCipheriv, createDecipheriv } from "node:crypto";
import { HalyardError } from "../lib/errors.ts";
import type { RandomBytes } from "../lib/ids.ts";

/** What a sealed value belongs to. It opens only with the same four, so a row cannot take the place of another. */
export interface SealContext {
  connection: string;
  account: string;
  purpose: string;
  version: number;
}

/** The key that wraps data keys, and a name for it that tells nothing about it. */
export interface WrappingKey {
  key: Uint8Array;
  id: string;
}

const FORM = "hv1";
const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** `hv1.<id of the master key>.<data key, wrapped>.<value, encrypted>`; both parts are base64url of IV, ciphertext and tag. */
export function sealText(plain: string, context: SealContext, wrapping: WrappingKey, random: RandomBytes): string {
  const dataKey = random(KEY_BYTES);
  const wrapped = encrypt(dataKey, wrapping.key, associated("key", wrapping.id, context), random);
  const body = encrypt(Buffer.from(plain), dataKey, associated("value", wrapping.id, context), random);
  return [FORM, wrapping.id, wrapped.toString("base64url"), body.toString("base64url")].join(".");
}

/**
 * Opens what {@link sealText} made. Errors: `master_key` when another master key sealed it, `store_corrupt` when the text was changed or
 * belongs to another context; neither says anything about keys or content.
 */
export function openText(sealed: string, context: SealContext, wrapping: WrappingKey): string {
  const [form, keyId, wrapped, body, ...rest] = sealed.split(".");
  if (form !== FORM || keyId === undefined || wrapped === undefined || body === undefined || rest.length > 0) throw unreadable();
  if (keyId !== wrapping.id) {
    if (!/^[0-9a-f]{16}$/.test(keyId)) throw unreadable();
    throw new HalyardError("master_key", "This secret was sealed with another master key.", {
      hint: "Start Halyard with the master key that was in use when the secret was stored, or store the secret again.",
    });
  }
  const dataKey = decrypt(decoded(wrapped), wrapping.key, associated("key", keyId, context));
  return decrypt(decoded(body), dataKey, associated("value", keyId, context)).toString("utf8");
}

function encrypt(plain: Uint8Array, key: Uint8Array, associatedData: Buffer, random: RandomBytes): Buffer {
  const iv = random(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(associatedData);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(sealed: Buffer, key: Uint8Array, associatedData: Buffer): Buffer {
  if (sealed.length < IV_BYTES + TAG_BYTES) throw unreadable();
  const iv = sealed.subarray(0, IV_BYTES);
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
    .setAAD(associatedData)
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw unreadable();
  }
}

/** Every field with its length before it, so that no two contexts have the same bytes. */
function associated(part: "key" | "value", keyId: string, context: SealContext): Buffer {
  const fields = [FORM, part, keyId, context.connection, context.account, context.purpose, String(context.version)];
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

function unreadable(): HalyardError {
  return new HalyardError("store_corrupt", "A sealed value was changed, or does not belong to its record.", {
    hint: "Restore the store from a backup, or store the secret again.",
  });
}
