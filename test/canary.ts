/**
 * The forms in which a secret could leak: as it is, reversed, in hex, percent-encoded, escaped for JSON, as UTF-16, and in base64 and base64url
 * at each of the three offsets at which it may lie inside a longer text. Each form is long enough not to occur by chance when `text` has 12 characters or more.
 */
export function canaryForms(text: string): string[] {
  const bytes = Buffer.from(text);
  const hex = bytes.toString("hex");
  const percent = hex.replaceAll(/../g, (pair) => `%${pair}`);
  const escaped = hex.replaceAll(/../g, (pair) => `\\u00${pair}`);
  const utf16 = Buffer.from(text, "utf16le").toString("hex");
  const forms = [
    text,
    Array.from(text).toReversed().join(""),
    hex,
    hex.toUpperCase(),
    percent,
    percent.toUpperCase(),
    encodeURIComponent(text),
    escaped,
    utf16,
  ];
  for (const encoding of ["base64", "base64url"] as const) {
    for (const offset of [0, 1, 2]) forms.push(innerBase64(bytes, offset, encoding));
  }
  return [...new Set(forms)];
}

/** Every form of `secret` that `haystack` holds. */
export function canariesIn(haystack: string, secret: string): string[] {
  return canaryForms(secret).filter((form) => haystack.includes(form));
}

/** The characters that depend on the secret's bytes alone, whatever stands before and after it. */
function innerBase64(bytes: Buffer, offset: number, encoding: "base64" | "base64url"): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString(encoding);
  const wholeCharacters = Math.floor(((offset + bytes.length) * 8) / 6);
  return encoded.slice(Math.ceil((offset * 8) / 6), wholeCharacters);
}
