import { gunzipSync, gzipSync } from "node:zlib";
import { canariesIn } from "../canary.ts";

/** What was found of a secret in the bytes of a sink; empty when it is clean. `where` names the sink in a failure. */
export function traces(bytes: Buffer | string, secret: string): string[] {
  const whole = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
  const wide = Buffer.from(secret.slice(0, 8), "utf16le").toString("latin1");
  return [whole.toString("latin1"), ...unpacked(whole)].flatMap((text) => {
    // Split over lines, by a log or a mail program; and with the escapes of JSON inside JSON taken back.
    const joined = text.replaceAll(/[\r\n]+[ \t>|]*/g, "");
    const unescaped = text.replaceAll(/\\+(?=u00)/g, "\\").replaceAll('\\"', '"');
    const prefix = text.includes(secret.slice(0, 8)) || joined.includes(secret.slice(0, 8)) ? ["prefix"] : [];
    if (text.includes(wide)) prefix.push("UTF-16");
    return [...canariesIn(text, secret), ...canariesIn(joined, secret), ...canariesIn(unescaped, secret), ...prefix];
  });
}

/** Everything that is gzip inside of the bytes, unpacked. */
function unpacked(bytes: Buffer): string[] {
  const found: string[] = [];
  const base64 = bytes.toString("latin1").match(/H4sI[A-Za-z0-9+/_-]{20,}/g) ?? [];
  for (const candidate of [bytes, ...base64.map((text) => Buffer.from(text, "base64"))]) {
    for (
      let at = candidate.indexOf("\u001f\u008b\u0008", 0, "latin1");
      at !== -1;
      at = candidate.indexOf("\u001f\u008b\u0008", at + 1, "latin1")
    ) {
      try {
        found.push(gunzipSync(candidate.subarray(at), { finishFlush: 2 }).toString("latin1"));
      } catch {
        // Three bytes that only look like the beginning.
      }
    }
  }
  return found;
}

/** The secret in every disguise that {@link traces} sees through, by name: what a leak of each kind would look like. */
export function disguises(secret: string): Record<string, Buffer> {
  const of = (text: string): Buffer => Buffer.from(`before ${text} after`);
  const hex = Buffer.from(secret).toString("hex");
  return {
    raw: of(secret),
    base64: of(Buffer.from(secret).toString("base64")),
    "base64, one byte in": of(Buffer.from(`x${secret}`).toString("base64")),
    "base64, two bytes in": of(Buffer.from(`xy${secret}`).toString("base64")),
    base64url: of(Buffer.from(`Klaviyo-API-Key ${secret}`).toString("base64url")),
    hex: of(hex),
    "upper-case hex": of(hex.toUpperCase()),
    "URL-encoded": of(hex.replaceAll(/../g, (pair) => `%${pair}`)),
    "JSON-escaped": of(hex.replaceAll(/../g, (pair) => `\\u00${pair}`)),
    "JSON in JSON": of(JSON.stringify(hex.replaceAll(/../g, (pair) => `\\u00${pair}`))),
    reversed: of(Array.from(secret).toReversed().join("")),
    gzip: gzipSync(`{"authorization":"${secret}"}`),
    "gzip in base64": of(gzipSync(`{"authorization":"${secret}"}`).toString("base64")),
    "split by line": of(secret.replaceAll(/.{10}/g, "$&\n  ")),
    "its first eight characters": of(secret.slice(0, 8)),
    "UTF-16": Buffer.from(`before ${secret} after`, "utf16le"),
    "UTF-16 in hex": of(Buffer.from(secret, "utf16le").toString("hex")),
  };
}
