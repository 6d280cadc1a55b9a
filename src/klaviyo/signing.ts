import type { Operation } from "../catalog/operation.ts";
import { HalyardError } from "../lib/errors.ts";
import type { Secret } from "../lib/secret.ts";

/** Where a connection's key may go, and whose account it opens. */
export interface Credentials {
  /** Pinned origin, as `parseOrigin` accepts it. */
  origin: string;
  key: Secret;
  accountId: string;
  /** The agent whose share of the limits it uses; absent for what the owner wants, or has said yes to. */
  agentId?: string | undefined;
  /** Asked when a connection to the server stands and the request's bytes would go next: throws when they may not. */
  permit?: () => Promise<void>;
}

export interface Signed {
  headers: Record<string, string>;
  /** Takes the key, in every form in which a server may echo it, out of text that comes back. */
  scrub(text: string): string;
}

const PRIVATE_KEY_HINT =
  "A private key begins with pk_ and letters and digits follow. Klaviyo shows it once, under Settings > API keys > Create private key.";

/** The one place where the key is revealed. */
function openKey(key: Secret): string {
  const text = key.reveal();
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new HalyardError("key_rejected", "The key has characters that no Klaviyo key has.", { hint: PRIVATE_KEY_HINT });
}

/** Refuses what cannot be a private key before it travels: `key_rejected`, with the difference from the public key, which people paste instead. */
export function assertKeyForm(key: Secret): void {
  const text = openKey(key);
  if (/^pk_[A-Za-z0-9]+$/.test(text)) return;
  const isPublic = /^[A-Za-z0-9]{6}$/.test(text);
  throw new HalyardError(
    "key_rejected",
    isPublic ? "This is the account's public key; a private key is needed." : "This is not a private key of Klaviyo.",
    {
      hint: PRIVATE_KEY_HINT,
    },
  );
}

/**
 * The one place where headers are made. Values are checked here because Node and undici repeat a bad header's value in
 * their errors; a key that no header can carry is `key_rejected`.
 */
export function sign(operation: Operation, credentials: Credentials, extra: Record<string, string>): Signed {
  const headers: Record<string, string> = { accept: "application/vnd.api+json", revision: operation.revision, ...extra };
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\x20-\x7e]+$/.test(value))
      throw new HalyardError("internal", `The header ${name} cannot be sent with the value it would have.`);
  }
  if (operation.auth !== "key") return { headers, scrub: (text) => text };
  const key = openKey(credentials.key);
  return { headers: { ...headers, authorization: `Klaviyo-API-Key ${key}` }, scrub: scrubber(key) };
}

const MASK = "•••";
/** Shorter pieces would match ordinary text; an echo that is cut off after this many characters still gives the key's beginning away. */
const PREFIX_LENGTH = 8;

function scrubber(key: string): (text: string) => string {
  if (key.length < PREFIX_LENGTH) return (text) => text.replaceAll(key, MASK);
  const forms = formsOf(key);
  const any = new RegExp(forms.map(({ needle }) => literal(needle)).join("|"));
  const whole = new RegExp(forms.map(({ needle, rest }) => literal(needle) + rest).join("|"), "g");
  return (text) => (text.length >= PREFIX_LENGTH && any.test(text) ? text.replaceAll(whole, MASK) : text);
}

const literal = (text: string): string => text.replaceAll(/\W/g, "\\$&");

/** Each form as the text with which it begins and the characters that may follow. */
function formsOf(key: string): { needle: string; rest: string }[] {
  const head = Buffer.from(key.slice(0, PREFIX_LENGTH));
  const base64 = [0, 1, 2].flatMap((offset) => {
    // The first and last characters of base64 depend on the neighbours, the ones between only on the offset.
    const shifted = Buffer.concat([Buffer.alloc(offset), head]);
    const stable = [Math.ceil((offset * 4) / 3), Math.floor((shifted.length * 4) / 3)] as const;
    return [...new Set([shifted.toString("base64").slice(...stable), shifted.toString("base64url").slice(...stable)])];
  });
  const hex = head.toString("hex");
  const perByte = (before: string) => hex.replaceAll(/../g, (pair) => before + pair);
  return [
    { needle: key.slice(0, PREFIX_LENGTH), rest: "[\\w.-]*" },
    { needle: encodeURIComponent(key.slice(0, PREFIX_LENGTH)), rest: "[\\w.%-]*" },
    { needle: hex, rest: "[0-9a-fA-F]*" },
    { needle: hex.toUpperCase(), rest: "[0-9a-fA-F]*" },
    { needle: Buffer.from(head.toString(), "utf16le").toString("hex"), rest: "[0-9a-fA-F]*" },
    { needle: perByte("%"), rest: "[0-9a-fA-F%]*" },
    { needle: perByte("%").toUpperCase(), rest: "[0-9a-fA-F%]*" },
    { needle: perByte("\\u00"), rest: "[0-9a-fA-Fu\\\\]*" },
    { needle: Array.from(key).toReversed().join(""), rest: "" },
    ...base64.map((needle) => ({ needle, rest: "[\\w+/=-]*" })),
  ];
}
