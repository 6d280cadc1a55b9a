import type { ConnectionKey } from "../../vault/connection-key.ts";
import type { PersonalKind } from "./privacy-fields.ts";

/** 20 characters of base32: 100 bits of an HMAC, which nobody guesses and which mean nothing outside of the connection. */
const LENGTH = 20;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** A token anywhere in a text. */
export const TOKEN = /person:[a-z2-7]{20}@(?:email|phone|name)/g;

/** What looks like a token and is none: of another spelling, cut, or {@link HIDDEN}. */
export const NEARLY_TOKEN = /person:[\w…-]{0,64}@(?:email|phone|name)/i;

/** Stands in a text where something is hidden; it cannot be written back. */
export const HIDDEN = { email: "person:hidden@email", phone: "person:hidden@phone", name: "person:hidden@name" } as const;

/** The token of an exact text: `person:k3v9…@email`. The same text is the same token, as long as the connection lives. */
export function tokenOf(key: ConnectionKey, kind: PersonalKind, text: string): string {
  const bits = key.mac(`${kind}\n${text}`, "privacy token");
  let name = "";
  for (let at = 0; name.length < LENGTH; at += 5) {
    // Five bytes are eight characters of base32.
    let value = bits.readUIntBE(at, 5);
    let part = "";
    for (let i = 0; i < 8; i++, value = Math.floor(value / 32)) part += ALPHABET[value % 32];
    name += part;
  }
  return `person:${name.slice(0, LENGTH)}@${kind}`;
}

/** What a token's value is sealed for: it opens under no other token. */
export function sealContext(token: string): string {
  return `privacy ${token}`;
}
