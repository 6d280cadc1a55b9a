import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Clock } from "../../lib/clock.ts";
import { HalyardError } from "../../lib/errors.ts";
import { JSON_LIMITS } from "../../lib/json.ts";
import { errorDocument, type Refusal } from "../engine/refusal.ts";
import { throttledDetail } from "../protocol/limits.ts";
import type { Answer, Pipeline, RawRequest } from "../protocol/pipeline.ts";
import type { Control } from "./control.ts";
import type { Downloads } from "./downloads.ts";
import type { Fault, FaultKind, Faults } from "./faults.ts";
import { countChanges, type Ledger } from "./ledger.ts";

export interface HttpOptions {
  pipeline: Pipeline;
  control: Control;
  downloads: Downloads;
  faults: Faults;
  ledger: Ledger;
  /** The sandbox clock, for the ledger. */
  now(): number;
  /** Real time, for injected delays: a manual sandbox clock must not swallow them. */
  wait: Clock["wait"];
  newUuid(): string;
  onFailure(thrown: unknown): void;
}

/** Starts listening. `port_taken` when somebody else has the port. */
export async function startServer(options: HttpOptions, host: string, port: number): Promise<{ server: Server; port: number }> {
  const server = createServer({ keepAliveTimeout: 30_000, headersTimeout: 20_000, requestTimeout: 120_000 }, (request, response) => {
    serve(options, request, response).catch((thrown: unknown) => {
      options.onFailure(thrown);
      response.destroy();
    });
  });
  server.on("clientError", (error, socket) => (socket.writable ? socket.end(unreadable(error, options.newUuid)) : socket.destroy()));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === "EADDRINUSE"
          ? new HalyardError("port_taken", `Port ${port} is in use.`, { cause, hint: "Choose another with --port." })
          : cause,
      );
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return { server, port: typeof address === "object" && address ? address.port : port };
}

async function serve(options: HttpOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A client that goes away is not a failure of the sandbox.
  response.on("error", () => undefined);
  const raw = await readRequest(request);
  if (!raw) return void response.destroy();
  const [path = "/", query = ""] = raw.url.split("?", 2);
  if (path === "/_sandbox" || path.startsWith("/_sandbox/")) {
    const { status, body } = await options.control.answer(raw, request.socket.remoteAddress ?? "");
    return send(
      response,
      { status, headers: { "content-type": "application/json" }, text: body === undefined ? "" : JSON.stringify(body) },
      raw.method,
    );
  }
  const file = options.downloads(raw.method, path);
  if (file) return sendFile(response, file, raw.method);
  const operation = options.pipeline.operationOf(raw)?.id;
  const fault = options.faults.take({ method: raw.method, path, operation });
  if (fault?.fault === "latency") await options.wait(fault.ms ?? 0);
  const early = fault && BEFORE[fault.fault]?.(fault, options.newUuid);
  const answer = early ? undefined : await options.pipeline.answer(raw);
  const changed = answer && countChanges(answer.changes);
  const status = answer?.status ?? (early === "drop" ? 0 : (early?.status ?? 0));
  const known = { at: options.now(), method: raw.method, path, query, operation, key: answer?.key, status };
  options.ledger.add({ ...known, ...(changed && { changed }), ...(fault && { fault: fault.fault }) });
  if (early === "drop" || fault?.fault === "drop_after") request.socket.destroy();
  else if (early) send(response, early, raw.method);
  else if (answer && (fault?.fault === "torn_body" || fault?.fault === "slow_body"))
    await sendInHalves(response, toWire(answer), fault, options.wait);
  else if (answer) send(response, spoil(toWire(answer), fault, options.newUuid), raw.method);
}

interface Wire {
  status: number;
  headers: Record<string, string>;
  text: string;
}

function toWire({ status, headers, body }: Answer): Wire {
  const text = body === undefined ? "" : JSON.stringify(body);
  return { status, headers: { ...(body !== undefined && { "content-type": "application/vnd.api+json" }), ...headers }, text };
}

function send(response: ServerResponse, { status, headers, text }: Wire, method: string): void {
  const length = status === 204 ? {} : { "content-length": String(Buffer.byteLength(text)) };
  response.writeHead(status, { ...headers, ...length });
  response.end(method === "HEAD" || status === 204 ? undefined : text);
}

function sendFile(response: ServerResponse, file: Buffer, method: string): void {
  response.writeHead(200, { "content-type": "application/gzip", "content-length": String(file.length) });
  response.end(method === "HEAD" ? undefined : file);
}

async function sendInHalves(
  response: ServerResponse,
  { status, headers, text }: Wire,
  { fault, ms }: Fault,
  wait: Clock["wait"],
): Promise<void> {
  const half = Math.floor(text.length / 2);
  response.writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(text)) });
  response.write(text.slice(0, half));
  await wait(fault === "slow_body" ? (ms ?? 1000) : 1);
  if (fault === "torn_body") response.destroy();
  else response.end(text.slice(half));
}

/** What is answered, or done, in place of the request. Faults that are not here let it through. */
const BEFORE: Partial<Record<FaultKind, (fault: Fault, newUuid: () => string) => Wire | "drop">> = {
  drop_before: () => "drop",
  error_before: (fault, newUuid) => errorWire(fault.status ?? 503, newUuid),
  rate_limit: (fault, newUuid) => {
    const wait = fault.retry_after ?? 1;
    const wire = errorWire(429, newUuid, { code: "throttled", detail: throttledDetail(wait) });
    return { ...wire, headers: { ...wire.headers, "retry-after": String(wait) } };
  },
  html_error: (fault) => ({
    status: fault.status ?? 502,
    headers: { "content-type": "text/html" },
    text: "<html><body>Bad gateway</body></html>",
  }),
  redirect: (fault) => ({ status: 302, headers: { location: fault.location ?? "http://127.0.0.1:9/" }, text: "" }),
};

function spoil(wire: Wire, fault: Fault | undefined, newUuid: () => string): Wire {
  if (fault?.fault === "error_after") return errorWire(fault.status ?? 500, newUuid);
  if (fault?.fault === "malformed_body") return { ...wire, text: `{"data": [${wire.text.slice(0, 20)}` };
  if (fault?.fault === "oversized_body")
    return { ...wire, text: wire.text.replace(/}$/, `,"padding":"${"x".repeat(fault.size_bytes ?? 20_000_000)}"}`) };
  return wire;
}

/** The answer to what is no HTTP, or has more headers than anybody sends: the server lives on. */
function unreadable({ code }: NodeJS.ErrnoException, newUuid: () => string): string {
  const isLong = code === "HPE_HEADER_OVERFLOW";
  const refusal: Refusal = isLong
    ? { code: "headers_too_large", detail: "The headers of the request are larger than 16 KB.", source: { parameter: "headers" } }
    : { code: "invalid", detail: "The request cannot be read." };
  const { headers, text, status } = errorWire(isLong ? 431 : 400, newUuid, refusal);
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, `content-type: ${headers["content-type"]}`];
  return [...lines, `content-length: ${Buffer.byteLength(text)}`, "connection: close", "", text].join("\r\n");
}

/** Klaviyo's error form with any status, which the table of refusals need not know. */
function errorWire(status: number, newUuid: () => string, refusal: Refusal = { code: "error", detail: "A server error occurred." }): Wire {
  const [first] = errorDocument([refusal], newUuid)["errors"] as object[];
  return { status, headers: { "content-type": "application/vnd.api+json" }, text: JSON.stringify({ errors: [{ ...first, status }] }) };
}

const MAX_READ_BYTES = 64 * 1024 * 1024;

/** Reads the body up to the cap; undefined when the client went away. */
async function readRequest(request: IncomingMessage): Promise<RawRequest | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes <= JSON_LIMITS.maxSizeBytes) chunks.push(chunk);
      // Read on, so that the client gets to see its 413, but not for ever.
      if (sizeBytes > MAX_READ_BYTES) return undefined;
    }
  } catch {
    return undefined;
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
  return {
    method: request.method ?? "GET",
    url: request.url ?? "/",
    headers,
    bytes: Buffer.concat(chunks),
    isCut: sizeBytes > JSON_LIMITS.maxSizeBytes,
    contentType: headers["content-type"],
    contentEncoding: headers["content-encoding"],
  };
}
