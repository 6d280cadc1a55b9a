import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** A request as it left this process, before anyone could have changed it. */
export interface Tapped {
  method: string;
  /** Path with query. */
  path: string;
  body: Uint8Array | null;
}

interface Created {
  request: { origin: string | URL; method: string; path: string; body: unknown; headers: unknown };
}

/**
 * Listens to what this process sends to one origin, by the HTTP library's own diagnostics: a witness that the gate cannot talk to.
 * Only what is signed with one of `keys` counts, or needs no key: the tests have another one for their own doing.
 */
export function tapWire(origin: string, keys: readonly string[]): { requests: Tapped[]; stop(): void } {
  const requests: Tapped[] = [];
  const listener = (message: unknown): void => {
    const { request } = message as Created;
    if (new URL(request.origin).origin !== origin) return;
    const { method, path, body, headers } = request;
    const signed = JSON.stringify(headers);
    if (signed.includes("Klaviyo-API-Key") && !keys.some((key) => signed.includes(key))) return;
    requests.push({ method, path, body: body instanceof Uint8Array ? body : null });
  };
  subscribe("undici:request:create", listener);
  return { requests, stop: () => void unsubscribe("undici:request:create", listener) };
}
