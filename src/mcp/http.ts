import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { toNodeHandler } from "@modelcontextprotocol/node";
import type { Caller } from "../gate/call.ts";
import type { DoorRefusal, DoorRefusalKind } from "../gate/record/refusals.ts";
import type { Clock } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import { randomBytes, type RandomBytes } from "../lib/ids.ts";
import type { JsonObject } from "../lib/json.ts";
import type { Log } from "../lib/log.ts";
import { traceOf } from "../lib/trace.ts";
import { createEras, type Eras } from "./eras.ts";
import { bearerToken, isLoopback, stopForeign, stopMedia, UNAUTHORIZED, type Stop } from "./http-guard.ts";
import { MAX_MESSAGE_BYTES, parseMessage } from "./message.ts";
import { SESSION_LIMITS, type SessionLimits } from "./sessions.ts";
import type { McpParts } from "./tool.ts";

interface HttpDoorOptions {
  version: string;
  load: () => Promise<McpParts>;
  /** Who a token belongs to; `unauthenticated` for unknown and revoked ones. Asked at every request. */
  authenticate: (token: string) => Promise<Caller>;
  /** A loopback address. */
  host: string;
  /** 0 takes a free one. */
  port: number;
  clock: Clock;
  log: Log;
  /** Told of every request that goes no further. */
  refused?: (refusal: DoorRefusal) => void;
  random?: RandomBytes;
  sessionLimits?: SessionLimits;
}

export interface HttpDoor {
  /** Without a path: `http://127.0.0.1:4150`. MCP is at `/mcp`. */
  url: string;
  port: number;
  close(): Promise<void>;
}

/** A client that sends its headers or body slower than this is cut off. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 5_000 };
const MAX_CONNECTIONS = 500;
/** What is no HTTP, or comes too slowly, is answered as Node itself would. */
const BROKEN: Record<string, string> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** Opens the HTTP door on this machine: `/mcp` for agents with a token, `/healthz` for whoever looks. Fails with `port_taken` where another listens. */
export async function createHttpDoor(options: HttpDoorOptions): Promise<HttpDoor> {
  const { host, version, log, clock, refused = () => undefined, random = randomBytes, sessionLimits = SESSION_LIMITS } = options;
  if (!isLoopback(host)) {
    throw new HalyardError("config", "The HTTP door opens on this machine only.", {
      hint: "Use 127.0.0.1; a reverse proxy with TLS may stand before it.",
    });
  }
  const eras = createEras({ version, load: options.load, clock, log, refused, random, sessionLimits });
  const server = createServer(TIMEOUTS);
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listen(server, host, options.port);
  server.on("request", (request, response) => {
    serve(request, response, { ...options, port, eras, refused }).catch((thrown: unknown) => {
      log("error", "http request failed", { error: traceOf(thrown) });
      if (!response.headersSent) refuse(response, { status: 500, code: -32_603, message: "Something went wrong inside Halyard." });
      else response.destroy();
    });
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    refused({ door: "http", kind: "malformed" });
    if (!socket.writable) return void socket.destroy();
    socket.end(`HTTP/1.1 ${BROKEN[error.code ?? ""] ?? "400 Bad Request"}\r\nConnection: close\r\n\r\n`);
  });
  return {
    url: `http://${host === "::1" ? "[::1]" : host}:${port}`,
    port,
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await eras.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return reject(error);
      reject(
        new HalyardError("port_taken", `Port ${port} is taken by another program.`, {
          cause: error,
          hint: "If Halyard runs already, use that one. Otherwise set HALYARD_PORT to another port.",
        }),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

interface Serving extends HttpDoorOptions {
  eras: Eras;
  refused: (refusal: DoorRefusal) => void;
}

/** One request: where it comes from, what it wants, who asks, in which form, and only then its body. */
async function serve(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  let caller: Caller | undefined;
  const note = (kind: DoorRefusalKind): void =>
    serving.refused({ door: "http", kind, agentId: caller?.agentId, connectionId: caller?.connectionId });
  const stop = (reason: Stop): void => {
    // A client of 2025 asks for a stream by GET, as the protocol has it, and goes on without: that is no refusal.
    if (!(reason.status === 405 && request.method === "GET")) note(reason.kind);
    serving.log("info", "http request refused", { status: reason.status, why: reason.message });
    refuse(response, reason);
  };
  const foreign = stopForeign(request, serving.port);
  if (foreign) return stop(foreign);
  const path = request.url?.split("?", 1)[0];
  if (path === "/healthz" && request.method === "GET") return json(response, 200, { status: "ok", version: serving.version });
  if (path !== "/mcp") return stop({ status: 404, kind: "no_such_path", code: -32_000, message: "There is nothing here. MCP is at /mcp." });
  const known = (caller = await authenticated(request, serving));
  if (!known) return stop(UNAUTHORIZED);
  if (request.method !== "POST" && request.method !== "DELETE") {
    const message = "Use POST, or DELETE to end a session.";
    return stop({ status: 405, kind: "method", code: -32_000, message, headers: { allow: "POST, DELETE" } });
  }
  const message = request.method === "POST" ? await readMessage(request) : undefined;
  if (message && "status" in message) return stop(message);
  response.on("close", () => {
    // A client that went away before it had its answer.
    if (!response.writableFinished) note("cancelled");
  });
  const fetch = async (webRequest: Request): Promise<Response> => {
    const answer = await serving.eras.serve(webRequest, known, message?.message);
    if (answer.status >= 400) note("protocol");
    return answer;
  };
  const handle = toNodeHandler({ fetch });
  await handle(Object.assign(request, { method: request.method, url: path }), response, message?.message);
}

async function authenticated(request: IncomingMessage, { authenticate }: Serving): Promise<Caller | undefined> {
  const token = bearerToken(request);
  if (token === undefined) return undefined;
  try {
    return await authenticate(token);
  } catch (thrown) {
    if (thrown instanceof HalyardError && thrown.code === "unauthenticated") return undefined;
    throw thrown;
  }
}

async function readMessage(request: IncomingMessage): Promise<{ message: JsonObject } | Stop> {
  const media = stopMedia(request);
  if (media) return media;
  const bytes = await readBody(request);
  if (!bytes)
    return {
      status: 413,
      kind: "too_large",
      code: -32_600,
      message: `The body is larger than ${MAX_MESSAGE_BYTES} bytes.`,
      headers: { connection: "close" },
    };
  const parsed = parseMessage(bytes);
  return "refusal" in parsed ? { status: 400, ...parsed.refusal } : parsed;
}

/** The body, or undefined as soon as it is known to be too large. */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"]) > MAX_MESSAGE_BYTES) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on("data", (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= MAX_MESSAGE_BYTES) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve(undefined);
      }
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
    // A client that goes away in the middle of its body.
    request.on("close", () => resolve(undefined));
  });
}

function refuse(response: ServerResponse, { status, code, message, headers }: Omit<Stop, "kind">): void {
  json(response, status, { jsonrpc: "2.0", id: null, error: { code, message } }, headers);
}

function json(response: ServerResponse, status: number, body: JsonObject, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
  response.end(JSON.stringify(body));
}
