import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";
import type { RandomBytes } from "../lib/ids.ts";
import type { Secret } from "../lib/secret.ts";

/** What one connection keeps to itself: MACs and seals under keys of its own. Whoever erases its secret erases all that was made with it. */
export interface ConnectionKey {
  /** HMAC-SHA-256 under a key that only this purpose has. */
  mac(text: string, purpose: string): Buffer;
  /** AES-256-GCM, base64url; bound to `context`. */
  seal(text: string, context: string): string;
  /** Undefined for what this key did not seal for this context. */
  open(sealed: string, context: string): string | undefined;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";

/** The keys that follow from a connection's secret, 256 random bits as text. */
export function connectionKey(secret: Secret, random: RandomBytes): ConnectionKey {
  const keys = new Map<string, Buffer>();
  const keyFor = (use: string): Buffer => {
    const known = keys.get(use) ?? Buffer.from(hkdfSync("sha256", secret.reveal(), "", `halyard connection ${use}`, 32));
    keys.set(use, known);
    return known;
  };
  return {
    mac: (text, purpose) =>
      createHmac("sha256", keyFor(`mac ${purpose}`))
        .update(text)
        .digest(),
    seal(text, context) {
      const iv = random(IV_BYTES);
      const cipher = createCipheriv(CIPHER, keyFor("seal"), iv).setAAD(Buffer.from(context));
      return Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString("base64url");
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, "base64url");
      if (bytes.length < IV_BYTES + TAG_BYTES || bytes.toString("base64url") !== sealed) return undefined;
      const decipher = createDecipheriv(CIPHER, keyFor("seal"), bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString("utf8");
      } catch {
        return undefined;
      }
    },
  };
}
