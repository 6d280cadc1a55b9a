import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
  type McpServer,
} from "@modelcontextprotocol/server";
import type { Caller } from "../gate/call.ts";
import type { DoorRefusal } from "../gate/record/refusals.ts";
import type { Clock } from "../lib/clock.ts";
import type { RandomBytes } from "../lib/ids.ts";
import type { JsonObject } from "../lib/json.ts";
import type { Log } from "../lib/log.ts";
import { refusalMessage } from "./message.ts";
import { refusedInside } from "./refused-inside.ts";
import { createMcpServer } from "./server.ts";
import { Sessions, type SessionLimits } from "./sessions.ts";
import type { McpParts } from "./tool.ts";

interface ErasParts {
  version: string;
  load: () => Promise<McpParts>;
  clock: Clock;
  log: Log;
  refused: (refusal: DoorRefusal) => void;
  random: RandomBytes;
  sessionLimits: SessionLimits;
}

/** Serves requests whose origin, caller and body have been checked. */
export interface Eras {
  /** `message` is the parsed body of a POST, undefined for DELETE. */
  serve(request: Request, caller: Caller, message: JsonObject | undefined): Promise<Response>;
  close(): Promise<void>;
}

/** Streams on which a client may wait for changes; there is never one to tell. */
const MAX_SUBSCRIPTIONS = 100;

/**
 * Both eras of the protocol: since 2026-07-28 each request stands for itself; before, a client opens a session with `initialize`.
 * Sessions answer with plain JSON and have no stream of their own, so nothing stays open between requests.
 */
export function createEras({ version, load, clock, log, refused, random, sessionLimits }: ErasParts): Eras {
  const sessions = new Sessions<WebStandardStreamableHTTPServerTransport>(clock, sessionLimits);
  const callers = new WeakMap<Request, Caller>();
  const inFlight = new WeakMap<object, Set<unknown>>();
  const onerror = (error: Error): void => log("info", "mcp request refused", { error: error.message });
  const serverFor = (caller: Caller): McpServer =>
    createMcpServer({ version, load, caller: () => Promise.resolve(caller), log, door: "http", refused });

  const modern = createMcpHandler(
    ({ requestInfo }) => {
      const caller = requestInfo && callers.get(requestInfo);
      if (!caller) throw new Error("A request without its caller");
      return serverFor(caller);
    },
    { legacy: "reject", onerror, maxSubscriptions: MAX_SUBSCRIPTIONS },
  );

  const open = async (request: Request, caller: Caller, message: JsonObject): Promise<Response> => {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => Buffer.from(random(24)).toString("base64url"),
      enableJsonResponse: true,
      onsessioninitialized: (id) => sessions.add(id, transport, caller),
      onsessionclosed: (id) => sessions.remove(id),
    });
    const server = serverFor(caller);
    await server.connect(transport);
    const response = await transport.handleRequest(request, { parsedBody: message });
    if (transport.sessionId === undefined) await server.close();
    return response;
  };

  const legacy = (request: Request, caller: Caller, message: JsonObject | undefined): Promise<Response> => {
    const id = request.headers.get("mcp-session-id");
    if (id === null) {
      if (message !== undefined && isInitializeRequest(message)) return open(request, caller, message);
      return Promise.resolve(error(400, -32_000, "There is no session. Send initialize first."));
    }
    const transport = sessions.use(id, caller);
    if (!transport) return Promise.resolve(error(404, -32_001, "There is no such session. Send initialize again."));
    return once(transport, message, () => transport.handleRequest(request, message === undefined ? {} : { parsedBody: message }));
  };

  /** Two requests of one id in flight would be answered with each other's results. */
  const once = async (transport: object, message: JsonObject | undefined, serve: () => Promise<Response>): Promise<Response> => {
    const id = message?.["id"];
    if (id === undefined || id === null) return serve();
    const ids = inFlight.get(transport) ?? new Set();
    inFlight.set(transport, ids);
    if (ids.has(id)) return error(400, -32_600, "A request with this id is being answered. Use another id.");
    ids.add(id);
    return serve().finally(() => ids.delete(id));
  };

  return {
    async serve(request, caller, message) {
      const inside = message && refusedInside(message);
      if (inside) refused({ door: "http", kind: inside, agentId: caller.agentId, connectionId: caller.connectionId });
      if (message === undefined || (await isLegacyRequest(request, message))) return legacy(request, caller, message);
      callers.set(request, caller);
      return modern.fetch(request, { parsedBody: message });
    },
    async close() {
      await sessions.closeAll();
      await modern.close();
    },
  };
}

function error(status: number, code: number, message: string): Response {
  return Response.json(refusalMessage({ code, message }), { status });
}
