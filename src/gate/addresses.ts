import { BlockList, isIP } from "node:net";
import { HalyardError, type Violation } from "../lib/errors.ts";
import { isJsonObject, type Json } from "../lib/json.ts";
import { ADDRESS_NAME } from "./hosts.ts";

/** Networks that belong to nobody outside: this machine, private networks, links, and what clouds tell their machines about themselves. */
const PRIVATE = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const)
  PRIVATE.addSubnet(net, bits);
for (const [net, bits] of [
  ["::", 96],
  ["64:ff9b::", 96],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  PRIVATE.addSubnet(net, bits, "ipv6");

const LOCAL_NAME = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|home\.arpa)$/;

/**
 * Refuses addresses in the arguments that nobody should be made to call: with a user or password, with a port, of another scheme than http and https, and, on a
 * live connection, of this machine or a private network. Looked at are members that stand for an address, at any depth; Halyard itself never fetches one, and
 * never resolves a name. Error: `invalid_arguments` with every place.
 */
export function refuseAddresses(args: Json, isLive: boolean): void {
  const violations: Violation[] = [];
  collect(args, "", "", isLive, violations);
  if (violations.length === 0) return;
  throw new HalyardError(
    "invalid_arguments",
    `An address in the arguments may not be used: ${violations.map(({ path, message }) => `${path} ${message}`).join("; ")}.`,
    {
      hint: "Give an address of a public host, https, without user, password or port.",
      violations,
    },
  );
}

function collect(value: Json, name: string, path: string, isLive: boolean, violations: Violation[]): void {
  if (typeof value === "string") {
    const message = ADDRESS_NAME.test(name) ? wrongIn(value, name, isLive) : undefined;
    if (message !== undefined) violations.push({ path, message });
  } else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) collect(item, name, `${path}/${at}`, isLive, violations);
  } else if (isJsonObject(value)) {
    // A name may be the agent's own text: only a plain one goes into our message.
    for (const [key, inner] of Object.entries(value))
      collect(inner, key, `${path}/${/^[\w.-]{1,64}$/.test(key) ? key : "…"}`, isLive, violations);
  }
}

/** Members with content of their own, or that reach nobody. */
const CONTAINED = /^(data:image\/|mailto:|tel:|sms:|#)/i;

function wrongIn(text: string, name: string, isLive: boolean): string | undefined {
  // As browsers read it: without tabs and line breaks, whatever stands around it.
  const address = text.replaceAll(/[\t\n\r]/g, "").trim();
  // A tag of a template is filled in later, by Klaviyo; the host of such an address is on nobody's list.
  if (address === "" || CONTAINED.test(address) || address.includes("{{") || address.includes("{%")) return undefined;
  const hasScheme = /^[a-z][a-z0-9+.-]*:/i.test(address) && !/^[\w.-]+:\d/.test(address);
  const isBare = !hasScheme && /^[\p{L}\p{N}.-]+(:\d+)?([/?#].*)?$/u.test(address) && (name !== "link" || address.includes("."));
  const isRelative = !hasScheme && !isBare && !/^[\\/]{2}/.test(address);
  if (isRelative) return undefined;
  const url = URL.parse(hasScheme ? address : /^[\\/]{2}/.test(address) ? `https:${address}` : `https://${address}`);
  if (!url) return isBare ? undefined : "is not an address that can be read";
  if (url.protocol !== "https:" && url.protocol !== "http:") return "is not of the scheme https";
  if (url.username !== "" || url.password !== "" || /^[^/?#\\]*:?[\\/]{2}[^/?#\\]*@/.test(address)) return "holds a user or password";
  if (url.port !== "") return "names a port";
  return isLive && isInside(url.hostname) ? "is of this machine or a private network" : undefined;
}

/** Whether a host, as `URL` gives it, is of a network inside. */
function isInside(hostname: string): boolean {
  const host = hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  const version = isIP(host);
  if (version === 4) return PRIVATE.check(host);
  if (version === 6) return PRIVATE.check(host, "ipv6") || isMappedInside(host);
  return LOCAL_NAME.test(host) || !host.includes(".");
}

/** `::ffff:7f00:1` is 127.0.0.1 in other clothes. */
function isMappedInside(host: string): boolean {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host) ?? [];
  if (high === undefined || low === undefined) return false;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return PRIVATE.check(`${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`);
}
