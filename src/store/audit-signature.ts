import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { HalyardError } from "../lib/errors.ts";
import { isJsonObject } from "../lib/json.ts";

/** A row of the record, named so that it can be kept elsewhere. */
export interface Mark {
  seq: number;
  /** SHA-256 of the row, hex. */
  hash: string;
}

/** A mark that was signed: the record had this row, with this hash, at this time. */
export interface SignedMark extends Mark {
  /** Epoch milliseconds. */
  at: number;
  /** Id of the key, see {@link keyIdOf}. */
  key: string;
  /** Ed25519, base64url. */
  signature: string;
}

/** What is signed: `checkpoint` says that the record went as far as this row, `pruned` that it begins after it. */
export type MarkKind = "checkpoint" | "pruned";

const TOKEN = /^hac1\.(\d{1,15})\.([A-Za-z0-9_-]{43})\.(\d{1,15})\.([0-9a-f]{16})\.([A-Za-z0-9_-]{86})$/;

/** The bytes under a signature: five lines, each ended by a line feed. */
export function signedText(kind: MarkKind, { seq, hash, at }: Mark & { at: number }): string {
  return `halyard audit ${kind} 1\n${seq}\n${hash}\n${at}\n`;
}

/** Names a public key (32 bytes, base64url): the first 16 hex digits of the SHA-256 of its bytes. */
export function keyIdOf(publicKey: string): string {
  return createHash("sha256").update(Buffer.from(publicKey, "base64url")).digest("hex").slice(0, 16);
}

/** Signs with a private key: both parts are 32 bytes in base64url, as in a JWK. */
export function signMark(kind: MarkKind, mark: Mark & { at: number }, key: { x: string; d: string }): SignedMark {
  const privateKey = createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", ...key }, format: "jwk" });
  const signature = sign(null, Buffer.from(signedText(kind, mark)), privateKey).toString("base64url");
  return { seq: mark.seq, hash: mark.hash, at: mark.at, key: keyIdOf(key.x), signature };
}

/** Whether the owner of this public key signed it. */
export function isSignedBy(kind: MarkKind, mark: SignedMark, publicKey: string): boolean {
  if (mark.key !== keyIdOf(publicKey)) return false;
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: publicKey }, format: "jwk" });
  return verify(null, Buffer.from(signedText(kind, mark)), key, Buffer.from(mark.signature, "base64url"));
}

/** Refuses what is no Ed25519 public key in our form. */
export function mustBePublicKey(text: string): string {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.length === 32 && bytes.toString("base64url") === text) return text;
  throw new HalyardError("usage", "This is not a public key of a record: 43 characters of base64url.", {
    hint: "halyard audit checkpoint prints the key of this store.",
  });
}

/** One line to keep elsewhere: `hac1.<row>.<hash>.<time>.<key>.<signature>`. */
export function tokenOf({ seq, hash, at, key, signature }: SignedMark): string {
  return ["hac1", seq, Buffer.from(hash, "hex").toString("base64url"), at, key, signature].join(".");
}

/** Reads what {@link tokenOf} made; whether its signature is right is for {@link isSignedBy}. */
export function parseToken(token: string): SignedMark {
  const [, seq, hash = "", at, key = "", signature = ""] = TOKEN.exec(token.trim()) ?? [];
  if (seq === undefined) {
    throw new HalyardError("usage", "This is not a checkpoint.", {
      hint: "A checkpoint begins with hac1. and is one line; halyard audit checkpoint prints one.",
    });
  }
  return { seq: Number(seq), hash: Buffer.from(hash, "base64url").toString("hex"), at: Number(at), key, signature };
}

/** The signed mark that a `checkpoint` or `pruned` row holds; undefined where its fields are not in that form. */
export function markIn(fields: unknown, at: number): SignedMark | undefined {
  if (!isJsonObject(fields)) return undefined;
  const { seq, hash, key, signature } = fields;
  if (typeof seq !== "number" || typeof hash !== "string" || typeof key !== "string" || typeof signature !== "string") return undefined;
  return { seq, hash, at, key, signature };
}
