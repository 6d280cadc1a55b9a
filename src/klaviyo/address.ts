import type { Operation } from "../catalog/operation.ts";
import type { WireRequest } from "../catalog/request.ts";
import { HalyardError } from "../lib/errors.ts";

export const KLAVIYO_ORIGIN = "https://a.klaviyo.com";

/** An exact list instead of a parser: whatever a URL parser would forgive (userinfo, look-alike letters, other ports) is not on it. */
const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|\[::1\]):([1-9]\d{0,4})$/;

/** Checks the origin of a connection: Klaviyo's over https, or a sandbox on this machine. Any other text is a `config` error that does not repeat it. */
export function parseOrigin(text: string): string {
  const origin = text.endsWith("/") ? text.slice(0, -1) : text;
  if (origin === KLAVIYO_ORIGIN) return origin;
  const port = LOOPBACK.exec(origin)?.[1];
  if (port !== undefined && Number(port) <= 65_535) return origin;
  throw new HalyardError("config", "A key may not be sent to this address.", {
    hint: `A connection's address is ${KLAVIYO_ORIGIN}, or http://127.0.0.1:<port> for a sandbox.`,
  });
}

/** What `encodeURIComponent` makes of an id: letters, digits and the few characters of composite ids, encoded once (attacks C1-C6). */
const SEGMENT = "(?:[A-Za-z0-9_~-]|%(?:20|24|2B|3A|3D|40)|\\.(?!\\.))+";

/**
 * The URL of a request, or an `internal` error when it does not fit its operation: another method or revision, a path that does not match the
 * operation's template, or one that the URL standard would rewrite (`..`, tabs, backslashes).
 */
export function urlOf(origin: string, operation: Operation, request: WireRequest): URL {
  const pinned = parseOrigin(origin);
  const same = request.operation === operation.id && request.method === operation.method && request.revision === operation.revision;
  if (!same || !templateOf(operation).test(request.path)) throw misfit(operation);
  const query = request.query.map(([name, value]) => `${encode(operation, name)}=${encode(operation, value)}`).join("&");
  const url = new URL(`${pinned}${request.path}${query && `?${query}`}`);
  if (url.origin !== pinned || url.pathname !== request.path) throw misfit(operation);
  return url;
}

function templateOf(operation: Operation): RegExp {
  const fixed = operation.path.split(/\{\w+\}/).map((text) => text.replaceAll(/\W/g, "\\$&"));
  return new RegExp(`^${fixed.join(`(?!\\.)${SEGMENT}`)}$`);
}

function encode(operation: Operation, text: string): string {
  if (!text.isWellFormed()) throw misfit(operation);
  return encodeURIComponent(text);
}

function misfit(operation: Operation): HalyardError {
  return new HalyardError("internal", `The request does not fit the operation ${operation.id}; it was not sent.`);
}
