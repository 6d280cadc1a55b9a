import { resolve } from "node:path";

/** A real account that the tests are pointed at. */
export interface RealAccount {
  key: string;
  /** Origin of its API. */
  url: string;
  /** Whether tests may make and change things of their own there. */
  mayWrite: boolean;
  /** Folder that is given what it answered. */
  folder: string;
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** The account that `KLAVIYO_API_KEY` opens, or `undefined` without one: then tests start a sandbox of their own. */
export function realAccount(env: Record<string, string | undefined>): RealAccount | undefined {
  const key = env["KLAVIYO_API_KEY"] ?? "";
  if (key === "") return undefined;
  const { protocol, hostname, origin } = new URL(env["KLAVIYO_API_URL"] ?? "https://a.klaviyo.com");
  // The key goes wherever this leads.
  if (protocol !== "https:" && !(protocol === "http:" && LOOPBACK.includes(hostname)))
    throw new Error("KLAVIYO_API_URL must be https, or on this machine");
  return { key, url: origin, mayWrite: env["KLAVIYO_TEST_WRITES"] === "1", folder: resolve(env["KLAVIYO_RECORD_DIR"] ?? ".recorded") };
}
