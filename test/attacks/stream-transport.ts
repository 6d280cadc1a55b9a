import type { Readable, Writable } from "node:stream";
import type { Client } from "@modelcontextprotocol/client";

type Transport = Parameters<Client["connect"]>[0];
type Message = Parameters<Transport["send"]>[0];

/** A client's end of JSON-RPC over lines, on two streams of this process: the server's end is the one that `halyard mcp` has. */
export class StreamTransport implements Transport {
  onmessage?: NonNullable<Transport["onmessage"]>;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #input: Writable;
  readonly #output: Readable;
  #rest = "";

  constructor(input: Writable, output: Readable) {
    this.#input = input;
    this.#output = output;
  }

  start(): Promise<void> {
    this.#output.setEncoding("utf8");
    this.#output.on("data", (text: string) => {
      const lines = (this.#rest + text).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) this.onmessage?.(JSON.parse(line) as Message);
    });
    return Promise.resolve();
  }

  send(message: Message): Promise<void> {
    this.#input.write(`${JSON.stringify(message)}\n`);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#input.end();
    this.onclose?.();
    return Promise.resolve();
  }
}
