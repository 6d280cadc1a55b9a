import { HalyardError } from "../lib/errors.ts";
import type { RandomBytes } from "../lib/ids.ts";
import { decrypt, encrypt, KEY_BYTES, unreadable } from "./cipher.ts";

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

/** `hv1.<id of the wrapping key>.<data key, wrapped>.<value, encrypted>`: a value with a key of its own. */
export function sealText(plain: string, context: SealContext, wrapping: WrappingKey, random: RandomBytes): string {
  const dataKey = random(KEY_BYTES);
  const wrapped = encrypt(dataKey, wrapping.key, bound("key", wrapping.id, context), random);
  return [FORM, wrapping.id, wrapped, encrypt(Buffer.from(plain), dataKey, bound("value", wrapping.id, context), random)].join(".");
}

/**
 * Opens what {@link sealText} made. Errors: `master_key` when it was sealed in another store, `store_corrupt` when the text was changed or
 * belongs to another context; neither says anything about keys or content.
 */
export function openText(sealed: string, context: SealContext, wrapping: WrappingKey): string {
  const [form, keyId, wrapped, body, ...rest] = sealed.split(".");
  if (form !== FORM || keyId === undefined || wrapped === undefined || body === undefined || rest.length > 0) throw unreadable();
  if (keyId !== wrapping.id) {
    if (!/^[0-9a-f]{16}$/.test(keyId)) throw unreadable();
    throw new HalyardError("master_key", "This secret was sealed with another key than this store has.", {
      hint: "Start Halyard with the store and the master key that belong together, or store the secret again.",
    });
  }
  const dataKey = decrypt(wrapped, wrapping.key, bound("key", keyId, context));
  return decrypt(body, dataKey, bound("value", keyId, context)).toString("utf8");
}

function bound(part: "key" | "value", keyId: string, { connection, account, purpose, version }: SealContext): string[] {
  return [FORM, part, keyId, connection, account, purpose, String(version)];
}
