import { isJsonObject, type Json } from "../lib/json.ts";

/** Stands for an address whose host we cannot read: it is on nobody's list. */
export const UNREADABLE_HOST = "(unreadable)";

/** Members whose text is an address whatever it looks like: what is no URL to us may be one to others. */
const ADDRESS_NAME = /(^|_)(url|uri|href|src|link|endpoint|website)$|^(import_from_url|url_template|domain)$/i;

/**
 * An address inside of a text: any scheme before two slashes; a scheme of the web before fewer, as browsers read it; and `//host` where markup or styles begin an
 * address. Slashes may be backslashes, and line breaks between them are skipped, as browsers do. Every repetition is bounded, so that no text takes long.
 */
const ADDRESS =
  /(?:\b[a-z][a-z0-9+.-]{0,20}:[\t\n\r]{0,4}[\\/][\t\n\r]{0,4}[\\/]|\b(?:https?|wss?|ftps?):|(?<=^|["'(=\s,])[\\/][\t\n\r]{0,4}[\\/])[\\/\t\n\r]{0,8}(?=[^\s)])[^\s"'<>()\\]*/gi;

/** Schemes that carry their content themselves or reach nobody. */
const CONTAINED = /^\s*(data:image\/|mailto:|tel:|sms:|#|$)/i;

/** The hosts of every address in the arguments, in lower case, each once. */
export function hostsOf(args: Json): string[] {
  const hosts = new Set<string>();
  collect(args, "", hosts);
  return [...hosts];
}

function collect(value: Json, name: string, hosts: Set<string>): void {
  if (typeof value === "string") {
    for (const host of ADDRESS_NAME.test(name) ? ofAddress(name, value) : ofText(value)) hosts.add(host);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, name, hosts);
  } else if (isJsonObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      // Names are the agent's to choose in free-form objects.
      for (const host of ofText(key)) hosts.add(host);
      collect(inner, key, hosts);
    }
  }
}

function ofAddress(name: string, address: string): string[] {
  if (CONTAINED.test(address)) return [];
  const inside = ofText(address);
  if (inside.length > 0) return inside;
  const isBare = /^[a-z0-9.-]+\.[a-z]{2,}([/:?#].*)?$/i.test(address.trim());
  if (isBare) return [hostOf(`https://${address.trim()}`)];
  // A path on the shop's own site stays there; anything else that stands for an address is not read.
  return /^\/(?![\\/])/.test(address) && name !== "url_template" ? [] : [UNREADABLE_HOST];
}

function ofText(text: string): string[] {
  const addresses = new Set([...text.matchAll(ADDRESS)].map(([address]) => address));
  return [...new Set([...addresses].map(hostOf))];
}

function hostOf(address: string): string {
  // Browsers and Klaviyo's renderer take backslashes for slashes and skip line breaks, as this parser does. A full stop or comma at the end belongs to the sentence.
  const absolute = /^[a-z]+:/i.test(address) ? address : `https:${address.trimStart()}`;
  const hostname = URL.parse(absolute.replaceAll(/[\t\n\r]/g, "").replace(/[,.;:!?]{1,8}$/, ""))?.hostname ?? "";
  const plain = hostname.toLowerCase().replace(/\.$/, "");
  return /[{}%]/.test(plain) || plain === "" ? UNREADABLE_HOST : plain;
}
