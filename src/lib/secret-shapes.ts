/** Texts that are secrets wherever they stand: keys and tokens of well-known forms, Klaviyo's and ours first. */
const SHAPES =
  /\bpk_[A-Za-z0-9]{8,}|\bhal_[A-Za-z0-9_-]{16,}|\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{35}|\bsk-[A-Za-z0-9_-]{20,}|\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|\bSG\.[\w-]{16,}\.[\w-]{16,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** Whether the text holds something of a secret's form. */
export function hasSecretShape(text: string): boolean {
  return text.search(SHAPES) !== -1;
}

/** The text with everything of a secret's form taken out; how long it was is said, and nothing of it. */
export function maskSecretShapes(text: string): string {
  return text.replaceAll(SHAPES, (found) => `•••(looks like a secret, ${found.length} characters)`);
}
