import { z } from "zod";
import { HalyardError } from "../../lib/errors.ts";
import { CONVERSATION_CHANNELS } from "../resources/conversation-rows.ts";
import type { RawRequest } from "../protocol/pipeline.ts";
import type { SandboxControl } from "./control.ts";
import { faultList } from "./fault-schema.ts";

export interface ControlAnswer {
  status: number;
  body?: unknown;
  /** In place of a body: one document a line. */
  lines?: Iterable<unknown>;
}

interface Route {
  body?: z.ZodType;
  run(control: SandboxControl, body: never, query: URLSearchParams): unknown;
}

const name = z.string().min(1);
const ms = z.int().min(0);

/** A route whose body is checked; without a schema it takes none. */
function route<Body>(body: z.ZodType<Body>, run: (control: SandboxControl, body: Body, query: URLSearchParams) => unknown): Route {
  return { body, run };
}
function bare(run: (control: SandboxControl, query: URLSearchParams) => unknown): Route {
  return { run: (control, _, query) => run(control, query) };
}

const ROUTES: Record<string, Route> = {
  "POST /reset": route(z.strictObject({ profiles: z.int().min(0).optional() }).default({}), (control, { profiles }) =>
    control.reset(profiles),
  ),
  "GET /clock": bare((control) => control.clock()),
  "POST /clock": route(z.union([z.strictObject({ advance_ms: ms }), z.strictObject({ set: ms })]), (control, body) => {
    if ("set" in body) control.setClock(body.set);
    else control.advance(body.advance_ms);
    return control.clock();
  }),
  "GET /transitions": bare((control) => ({ transitions: control.transitions() })),
  "POST /transitions": route(
    z.strictObject({ transitions: z.union([z.enum(["timed", "immediate"]), z.strictObject({ after_reads: z.int().min(1) })]) }),
    (control, { transitions }) => {
      control.setTransitions(transitions);
      return { transitions };
    },
  ),
  "GET /faults": bare((control) => control.faults()),
  "POST /faults": route(faultList, (control, faults) => {
    control.setFaults(faults);
    return control.faults();
  }),
  "DELETE /faults": bare((control) => control.clearFaults()),
  "GET /ledger": bare((control, query) => control.ledger(Number(query.get("since") ?? 0) || 0)),
  "DELETE /ledger": bare((control) => control.clearLedger()),
  "GET /state": bare((control) => control.state()),
  "GET /dump": bare((control, query) => ({ lines: control.dump(query.get("collections")?.split(",")) })),
  "GET /snapshots": bare((control) => control.snapshots()),
  "POST /snapshots": route(z.strictObject({ name }), (control, body) => {
    control.snapshot(body.name);
    return control.snapshots();
  }),
  "DELETE /snapshots": bare((control, query) => control.dropSnapshot(query.get("name") ?? "")),
  "POST /restore": route(z.strictObject({ name }), (control, body) => {
    control.restore(body.name);
    return control.clock();
  }),
  "GET /compare": bare((control, query) => ({ lines: control.compare(query.get("from") ?? "", query.get("to") ?? undefined) })),
  "GET /keys": bare((control) => control.keys()),
  "POST /keys": route(z.strictObject({ name, scopes: z.array(z.string()).nullable().default(null) }), (control, body) => ({
    name: body.name,
    key: control.createKey(body.name, body.scopes),
  })),
  // Klaviyo's keys cannot be edited either, only taken back.
  "PATCH /keys": route(
    z.union([z.strictObject({ name, revoked: z.literal(true) }), z.strictObject({ name, disabled: z.literal(false) })]),
    (control, body) => ("revoked" in body ? control.revokeKey(body.name) : control.enableKey(body.name)),
  ),
  "POST /conversations": route(
    z.strictObject({ profile: z.string(), channel: z.enum(CONVERSATION_CHANNELS).default("sms") }),
    (control, { profile, channel }) => ({ id: control.converse(profile, channel) }),
  ),
  "POST /confirmations": route(z.strictObject({ address: z.string() }), (control, { address }) => ({
    confirmed: control.confirm(address),
  })),
  "DELETE /resources": bare((control, query) => control.remove(query.get("type") ?? "", query.get("id") ?? "")),
  "GET /deliveries": bare((control) => control.deliveries()),
  "GET /coverage": bare((control) => control.coverage()),
  "GET /accounts": bare((control) => control.accounts()),
  "POST /accounts": route(z.strictObject({ seed: name, profiles: z.int().min(0).default(0) }), (control, { seed, profiles }) =>
    control.addAccount(seed, profiles),
  ),
};

export interface Control {
  answer(raw: RawRequest, remoteAddress: string): Promise<ControlAnswer>;
}

/** The control endpoints under `/_sandbox`: JSON, for programs of the same machine only. `?account=` names another account than the first. */
export function createControl(control: SandboxControl): Control {
  return {
    async answer(raw, remoteAddress) {
      if (!isLocal(remoteAddress) || !isLocalHost(raw.headers["host"]) || raw.headers["origin"] !== undefined)
        return { status: 403, body: { error: "forbidden" } };
      const url = new URL(raw.url, "http://sandbox");
      const found = ROUTES[`${raw.method} ${url.pathname.slice("/_sandbox".length)}`];
      if (!found) return { status: 404, body: { error: "not_found", routes: Object.keys(ROUTES) } };
      try {
        const account = url.searchParams.get("account");
        const body = found.body ? parsed(found.body, raw.bytes) : undefined;
        const answer = await found.run(account === null ? control : control.of(account), body as never, url.searchParams);
        if (answer === undefined) return { status: 204 };
        return typeof answer === "object" && answer !== null && "lines" in answer
          ? { status: 200, lines: answer.lines as Iterable<unknown> }
          : { status: 200, body: answer };
      } catch (thrown) {
        if (!(thrown instanceof HalyardError)) throw thrown;
        return { status: thrown.httpStatus, body: { error: thrown.code, message: thrown.message } };
      }
    },
  };
}

function parsed(schema: z.ZodType, bytes: Buffer): unknown {
  const result = schema.safeParse(bytes.length === 0 ? undefined : json(bytes));
  if (!result.success) throw new HalyardError("invalid_arguments", z.prettifyError(result.error));
  return result.data;
}

function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new HalyardError("invalid_arguments", "The body is not JSON.");
  }
}

function isLocal(address: string): boolean {
  return address === "::1" || address.replace(/^::ffff:/, "").startsWith("127.");
}

/** A page of a foreign site can be led to this address by its own name; the name then gives it away. */
function isLocalHost(host: string | undefined): boolean {
  return /^(127\.[\d.]+|localhost|\[::1\])(:\d+)?$/.test(host ?? "");
}
