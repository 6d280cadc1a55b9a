import { HalyardError } from "../../lib/errors.ts";
import { isJsonObject, type Json } from "../../lib/json.ts";
import { CONVERSATION_CHANNELS, type ConversationRow } from "../resources/conversation-rows.ts";
import type { WebhookDeliveryRow } from "../resources/webhook-rows.ts";
import type { RawRequest } from "../protocol/pipeline.ts";
import { parseFaults, type Fault } from "./faults.ts";
import type { LedgerEntry } from "./ledger.ts";

/** What may be done to a running sandbox from outside; the library offers the same functions directly. */
export interface SandboxControl {
  /** Back to the seed state: rows, keys, counters of limits, faults and ledger. The clock stays where it is. */
  reset(): void;
  clock(): { mode: "real" | "manual"; now: number };
  /** Moves a manual clock and does what became due. `invalid_arguments` with a real one. */
  advance(byMs: number): void;
  setClock(toMs: number): void;
  setFaults(faults: readonly Fault[]): void;
  faults(): Fault[];
  clearFaults(): void;
  ledger(since?: number): LedgerEntry[];
  clearLedger(): void;
  /** Hashing goes over every row: seconds for a large account. */
  state(): { hash: string; counts: Record<string, number> };
  /** The counts alone. */
  counts(): Record<string, number>;
  keys(): { id: string; scopes: readonly string[] | null; revoked: boolean }[];
  /** Makes a key and returns it. `conflict` when the name is taken. */
  createKey(name: string, scopes: readonly string[] | null): string;
  /** `not_found` when there is no key of that name. */
  revokeKey(name: string): void;
  /** Lets a person begin a conversation, which nothing in the API does, and returns its id. `not_found` when there is no such profile. */
  converse(profile: string, channel: ConversationRow["channel"]): string;
  /** Deliveries of webhooks, once none is on its way. */
  deliveries(): Promise<WebhookDeliveryRow[]>;
  coverage(): { area: string; implemented: string[]; missing: string[] }[];
}

export interface Control {
  answer(raw: RawRequest, remoteAddress: string): Promise<{ status: number; body?: unknown }>;
}

type Route = (control: SandboxControl, body: Json | undefined, query: URLSearchParams) => unknown;

const ROUTES: Record<string, Route> = {
  "POST /reset": (control) => control.reset(),
  "GET /clock": (control) => control.clock(),
  "POST /clock": (control, body) => {
    const { advance_ms: byMs, set: toMs } = isJsonObject(body) ? body : {};
    if (isWhole(byMs)) control.advance(byMs);
    else if (isWhole(toMs)) control.setClock(toMs);
    else invalid('Give {"advance_ms": …} or {"set": …}, whole milliseconds.');
    return control.clock();
  },
  "GET /faults": (control) => control.faults(),
  "POST /faults": (control, body) => {
    control.setFaults(parseFaults(body) ?? invalid('Give a list of {"match": {…}, "fault": "…"}.'));
    return control.faults();
  },
  "DELETE /faults": (control) => control.clearFaults(),
  "GET /ledger": (control, _, query) => control.ledger(Number(query.get("since") ?? 0) || 0),
  "DELETE /ledger": (control) => control.clearLedger(),
  "GET /state": (control) => control.state(),
  "GET /keys": (control) => control.keys(),
  "POST /keys": (control, body) => {
    const { name, scopes = null } = isJsonObject(body) ? body : {};
    const isScopes = scopes === null || (Array.isArray(scopes) && scopes.every((scope) => typeof scope === "string"));
    if (typeof name !== "string" || name === "" || !isScopes)
      return invalid('Give {"name": "…", "scopes": ["lists:read"]}; without scopes the key has all.');
    return { name, key: control.createKey(name, scopes) };
  },
  "PATCH /keys": (control, body) => {
    const { name, revoked } = isJsonObject(body) ? body : {};
    if (typeof name !== "string" || revoked !== true)
      return invalid('Give {"name": "…", "revoked": true}. Scopes of a key cannot be edited.');
    return control.revokeKey(name);
  },
  "POST /conversations": (control, body) => {
    const { profile, channel = "sms" } = isJsonObject(body) ? body : {};
    const known = CONVERSATION_CHANNELS.find((each) => each === channel);
    if (typeof profile !== "string" || !known) return invalid(`Give {"profile": "<id>", "channel": "${CONVERSATION_CHANNELS.join("|")}"}.`);
    return { id: control.converse(profile, known) };
  },
  "GET /deliveries": (control) => control.deliveries(),
  "GET /coverage": (control) => control.coverage(),
};

/** The control endpoints under `/_sandbox`: JSON, for programs of the same machine only. */
export function createControl(control: SandboxControl): Control {
  return {
    async answer(raw, remoteAddress) {
      if (!isLocal(remoteAddress) || !isLocalHost(raw.headers["host"]) || raw.headers["origin"] !== undefined)
        return { status: 403, body: { error: "forbidden" } };
      const url = new URL(raw.url, "http://sandbox");
      const route = ROUTES[`${raw.method} ${url.pathname.slice("/_sandbox".length)}`];
      if (!route) return { status: 404, body: { error: "not_found", routes: Object.keys(ROUTES) } };
      try {
        const body = await route(control, parsed(raw.bytes), url.searchParams);
        return body === undefined ? { status: 204 } : { status: 200, body };
      } catch (thrown) {
        if (!(thrown instanceof HalyardError)) throw thrown;
        return { status: thrown.httpStatus, body: { error: thrown.code, message: thrown.message } };
      }
    },
  };
}

function parsed(bytes: Buffer): Json | undefined {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString("utf8")) as Json;
  } catch {
    return invalid("The body is not JSON.");
  }
}

function invalid(message: string): never {
  throw new HalyardError("invalid_arguments", message);
}

function isWhole(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isLocal(address: string): boolean {
  return address === "::1" || address.replace(/^::ffff:/, "").startsWith("127.");
}

/** A page of a foreign site can be led to this address by its own name; the name then gives it away. */
function isLocalHost(host: string | undefined): boolean {
  return /^(127\.[\d.]+|localhost|\[::1\])(:\d+)?$/.test(host ?? "");
}
