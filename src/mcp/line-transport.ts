import type { Readable, Writable } from "node:stream";
import { parseJSONRPCMessage, type JSONRPCMessage, type Transport } from "@modelcontextprotocol/server";
import type { DoorRefusalKind } from "../gate/record/refusals.ts";
import { INVALID_REQUEST, MAX_MESSAGE_BYTES, parseMessage, refusalMessage, type Refusal } from "./message.ts";
import { refusedInside } from "./refused-inside.ts";

const NEWLINE = 10;

/**
 * JSON-RPC over lines, read strictly. The SDK's own stdio transport parses with `JSON.parse`, where the last of two equal keys wins;
 * here such a line is answered with an error and goes no further. When the input ends, calls that are under way are still answered.
 */
export class LineTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;

  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  #tellClosed: () => void = () => undefined;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #onListed: () => void;
  readonly #onRefused: (kind: DoorRefusalKind) => void;
  #chunks: Buffer[] = [];
  #sizeBytes = 0;
  /** Inside a line that was too long: the rest of it is thrown away. */
  #skipping = false;
  #ended = false;
  #closed = false;
  /** Methods of requests that are not answered yet, by id. */
  readonly #open = new Map<string | number, string>();

  /** `onListed` is called once a client has its list of tools, which ends its handshake; `onRefused` for what goes no further. */
  constructor(input: Readable, output: Writable, onListed: () => void, onRefused: (kind: DoorRefusalKind) => void = () => undefined) {
    this.#input = input;
    this.#output = output;
    this.#onListed = onListed;
    this.#onRefused = onRefused;
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
  }

  start(): Promise<void> {
    this.#input.on("data", this.#onData);
    this.#input.on("end", this.#onEnd);
    this.#input.on("close", this.#onEnd);
    this.#input.on("error", this.#onFailure);
    this.#output.on("error", this.#onFailure);
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    if (this.#closed) return Promise.reject(new Error("The connection is closed."));
    this.#write(message);
    if ("id" in message && message.id !== undefined && !("method" in message)) this.#answered(message.id);
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    this.#input.off("data", this.#onData);
    this.#input.pause();
    this.onclose?.();
    this.#tellClosed();
    return Promise.resolve();
  }

  #answered(id: string | number): void {
    const method = this.#open.get(id);
    this.#open.delete(id);
    if (method === "tools/list") this.#onListed();
    if (this.#ended && this.#open.size === 0) void this.close();
  }

  /** The SDK does not answer a cancelled request. */
  #cancelled(id: unknown): void {
    if (typeof id === "string" || typeof id === "number") this.#answered(id);
  }

  #write(message: object): void {
    this.#output.write(`${JSON.stringify(message)}\n`);
  }

  #refuse(refusal: Refusal): void {
    this.#onRefused(refusal.kind);
    this.#write(refusalMessage(refusal));
    this.onerror?.(new Error(refusal.message));
  }

  readonly #onEnd = (): void => {
    this.#ended = true;
    if (this.#open.size === 0) void this.close();
  };

  readonly #onFailure = (error: Error): void => {
    this.onerror?.(error);
    void this.close();
  };

  readonly #onData = (chunk: Buffer | string): void => {
    let rest = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      this.#gather(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      this.#endOfLine();
    }
    this.#gather(rest);
  };

  #gather(part: Buffer): void {
    if (this.#skipping || part.length === 0) return;
    this.#sizeBytes += part.length;
    this.#chunks.push(part);
    if (this.#sizeBytes <= MAX_MESSAGE_BYTES) return;
    this.#chunks = [];
    this.#skipping = true;
    this.#refuse({ code: INVALID_REQUEST, kind: "too_large", message: `The message is larger than ${MAX_MESSAGE_BYTES} bytes.` });
  }

  #endOfLine(): void {
    const line = Buffer.concat(this.#chunks);
    const skipped = this.#skipping;
    this.#chunks = [];
    this.#sizeBytes = 0;
    this.#skipping = false;
    if (!skipped && line.some((byte) => byte > 32)) this.#receive(line);
  }

  #receive(line: Buffer): void {
    const parsed = parseMessage(line);
    if ("refusal" in parsed) return this.#refuse(parsed.refusal);
    let message: JSONRPCMessage;
    try {
      message = parseJSONRPCMessage(parsed.message);
    } catch {
      return this.#refuse({ code: INVALID_REQUEST, kind: "malformed", message: "The message is not JSON-RPC 2.0." });
    }
    const inside = refusedInside(parsed.message);
    if (inside) this.#onRefused(inside);
    if ("method" in message && "id" in message) this.#open.set(message.id, message.method);
    this.onmessage?.(message);
    if ("method" in message && message.method === "notifications/cancelled") this.#cancelled(message.params?.["requestId"]);
  }
}
