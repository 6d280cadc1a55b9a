import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Clock } from "../../lib/clock.ts";
import { HalyardError } from "../../lib/errors.ts";
import { JSON_LIMITS } from "../../lib/json.ts";
import type { Refusal } from "../engine/refusal.ts";
import type { Answer, Pipeline, RawRequest } from "../protocol/pipeline.ts";
import type { Control } from "./control-routes.ts";
import type { Downloads } from "./downloads.ts";
import { answerInstead, refusalWire, spoil, toWire, type Wire } from "./fault-answers.ts";
import type { Fault, Faults } from "./faults.ts";
import type { LateWork } from "./late-work.ts";
import { countChanges, effectsOf, type Ledger } from "./ledger.ts";

export interface HttpOptions {
  pipeline: Pipeline;
  control: Control;
  downloads: Downloads;
  faults: Faults;
  ledger: Ledger;
  late: LateWork;
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
  await options.late.runDue(options.now());
  const [path = "/", query = ""] = raw.url.split("?", 2);
  if (path === "/_sandbox" || path.startsWith("/_sandbox/")) {
    const { status, body, lines } = await options.control.answer(raw, request.socket.remoteAddress ?? "");
    if (lines) return sendLines(response, lines);
    const text = body === undefined ? "" : JSON.stringify(body);
    return send(response, { status, headers: { "content-type": "application/json" }, text }, raw.method);
  }
  const file = options.downloads(raw.method, path);
  if (file) return sendFile(response, file, raw.method);
  const { operation, key } = options.pipeline.about(raw);
  const fault = options.faults.take({ method: raw.method, path, operation, key });
  const note = (answer: Answer | undefined, status: number): void => {
    const changed = answer && countChanges(answer.changes);
    const about = { at: options.now(), method: raw.method, path, query, operation, key, account: answer?.account, status };
    options.ledger.add({
      ...about,
      ...(answer && changed && { changed, effects: effectsOf(answer.changes) }),
      ...(fault && { fault: fault.fault }),
    });
  };
  const carryOut = async (skewMs = 0): Promise<Answer> => {
    const answer = await options.pipeline.answer({ ...raw, skewMs });
    note(answer, answer.status);
    return answer;
  };
  if (fault?.fault === "latency") await options.wait(fault.ms ?? 0);
  const instead = fault && answerInstead(fault, options.newUuid);
  if (instead) {
    note(undefined, instead === "drop" ? 0 : instead.status);
    if (fault.fault === "late_effect") options.late.add(options.now() + (fault.ms ?? 0), carryOut);
    if (instead === "drop") request.socket.destroy();
    else send(response, instead, raw.method);
    return;
  }
  const skewMs = fault?.fault === "clock_skew" ? (fault.ms ?? 0) : 0;
  let answer = await carryOut(skewMs);
  if (fault?.fault === "duplicate_delivery") answer = await carryOut();
  const wire = withDate(toWire(answer), options.now() + skewMs);
  if (fault?.fault === "drop_after") request.socket.destroy();
  else if (fault?.fault === "torn_body" || fault?.fault === "slow_body") await sendInHalves(response, wire, fault, options.wait);
  else send(response, spoil(wire, fault, options.newUuid), raw.method);
}

/** The account's own time: a caller with another clock can see so. */
function withDate(wire: Wire, atMs: number): Wire {
  return { ...wire, headers: { ...wire.headers, date: new Date(atMs).toUTCString() } };
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

/** The answer to what is no HTTP, or has more headers than anybody sends: the server lives on. */
function unreadable({ code }: NodeJS.ErrnoException, newUuid: () => string): string {
  const isLong = code === "HPE_HEADER_OVERFLOW";
  const refusal: Refusal = isLong
    ? { code: "headers_too_large", detail: "The headers of the request are larger than 16 KB.", source: { parameter: "headers" } }
    : { code: "invalid", detail: "The request cannot be read." };
  const { headers, text, status } = refusalWire(refusal, newUuid);
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, `content-type: ${headers["content-type"]}`];
  return [...lines, `content-length: ${Buffer.byteLength(text)}`, "connection: close", "", text].join("\r\n");
}

/** One JSON document a line, written as fast as it is read: a whole account need not fit into one text. */
async function sendLines(response: ServerResponse, lines: Iterable<unknown>): Promise<void> {
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  const texts = (function* () {
    for (const line of lines) yield `${JSON.stringify(line)}\n`;
  })();
  await pipeline(Readable.from(texts), response);
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
