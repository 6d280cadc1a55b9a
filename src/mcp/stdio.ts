import type { Readable, Writable } from "node:stream";
import { serveStdio as serveConnection } from "@modelcontextprotocol/server/stdio";
import type { Caller } from "../gate/call.ts";
import type { DoorRefusal } from "../gate/record/refusals.ts";
import { HalyardError } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import { traceOf } from "../lib/trace.ts";
import { LineTransport } from "./line-transport.ts";
import { createMcpServer } from "./server.ts";
import type { McpParts } from "./tool.ts";

interface StdioOptions {
  version: string;
  /** Opens the app. Called once the client has its tools, or at its first call; again after a failure. */
  load: () => Promise<McpParts>;
  /** Who the client speaks for; asked at every tool call. */
  authenticate: () => Promise<Caller>;
  log: Log;
  /** Told of every message that goes no further. */
  refused?: (refusal: DoorRefusal) => void;
  input?: Readable;
  /** JSON-RPC only. */
  output?: Writable;
}

interface StdioDoor {
  /** Resolves when the client has gone and its calls are answered. */
  closed: Promise<void>;
  close(): Promise<void>;
}

/**
 * Serves one client over stdin and stdout, in both eras of the protocol. Nothing of the app is loaded before the client has its answers to
 * `initialize` and `tools/list`: those need the SDK and the tools' definitions only.
 */
export function serveStdio(options: StdioOptions): StdioDoor {
  const { version, authenticate, log, refused = () => undefined, input = process.stdin, output = process.stdout } = options;
  const load = once(options.load);
  const warmUp = (): void => {
    // After a turn of the event loop: the answer goes out first.
    setImmediate(() => {
      load()
        .then(authenticate)
        .catch((thrown: unknown) => log("error", "halyard mcp cannot serve calls", tellFailure(thrown)));
    });
  };
  const transport = new LineTransport(input, output, warmUp, (kind) => refused({ door: "stdio", kind }));
  const connection = serveConnection(() => createMcpServer({ version, load, caller: authenticate, log, door: "stdio", refused }), {
    transport,
    onerror: (error) => log("info", "stdio message refused", { error: error.message }),
  });
  return { closed: transport.closed, close: () => connection.close() };
}

/** Loads at most once at a time and keeps what succeeded. */
function once(load: () => Promise<McpParts>): () => Promise<McpParts> {
  let loading: Promise<McpParts> | undefined;
  return () => {
    loading ??= load().catch((thrown: unknown) => {
      loading = undefined;
      throw thrown;
    });
    return loading;
  };
}

function tellFailure(thrown: unknown): Record<string, unknown> {
  if (!(thrown instanceof HalyardError)) return { error: traceOf(thrown) };
  return { code: thrown.code, message: thrown.message, ...(thrown.hint !== undefined && { hint: thrown.hint }) };
}
