import type { IncomingMessage } from "node:http";
import type { DoorRefusalKind } from "../gate/record/refusals.ts";

/** Why a request goes no further; decided on headers alone, before a byte of its body is read. */
export interface Stop {
  status: number;
  kind: DoorRefusalKind;
  code: number;
  message: string;
  headers?: Record<string, string>;
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Whether a host to listen on is this machine only. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host) || host === "::1";
}

/**
 * Refuses what a web page could have sent: a host name that is not ours (DNS rebinding keeps the attacker's name in `Host`) and an origin
 * that is not on this machine. `Origin: null` is nobody's.
 */
export function stopForeign(request: IncomingMessage, port: number): Stop | undefined {
  const { host, origin } = request.headers;
  const names = LOOPBACK.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
  if (host === undefined || !names.includes(host.toLowerCase()))
    return { status: 403, kind: "foreign", code: -32_000, message: "The host is not this gateway's." };
  if (origin !== undefined && !isLocalOrigin(origin))
    return { status: 403, kind: "foreign", code: -32_000, message: "The origin is not on this machine." };
  return undefined;
}

function isLocalOrigin(origin: string): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  return url !== undefined && (url.protocol === "http:" || url.protocol === "https:") && LOOPBACK.includes(url.hostname);
}

/** Missing, unknown and revoked tokens are told the same. */
export const UNAUTHORIZED: Stop = {
  status: 401,
  kind: "unauthenticated",
  code: -32_001,
  message: "A valid agent token is needed: Authorization: Bearer hal_…. The owner makes one with halyard agents add.",
  headers: { "www-authenticate": 'Bearer realm="halyard"' },
};

/** The agent's token, undefined where there is none in its form. */
export function bearerToken(request: IncomingMessage): string | undefined {
  return /^bearer +([A-Za-z0-9._~+/=-]{1,512})$/i.exec(request.headers.authorization ?? "")?.[1];
}

/** Only uncompressed JSON in UTF-8 is read: another type could come from a form of a web page, and a small compressed body can be a large one. */
export function stopMedia(request: IncomingMessage): Stop | undefined {
  const type = request.headers["content-type"] ?? "";
  const encoding = request.headers["content-encoding"];
  const unsupported = (message: string): Stop => ({ status: 415, kind: "media_type", code: -32_000, message });
  if (!/^application\/json *(?:; *charset *= *"?utf-8"? *)?$/i.test(type))
    return unsupported("Content-Type must be application/json, in UTF-8.");
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") return unsupported("Compressed bodies are not taken.");
  return undefined;
}
