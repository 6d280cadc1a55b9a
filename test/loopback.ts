import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { isJsonObject, type Json } from "../src/lib/json.ts";

/** A request as the server got it. */
export interface Seen {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Port of the other side: tells one connection from another. */
  fromPort: number;
}

export interface Loopback extends AsyncDisposable {
  origin: string;
  seen: Seen[];
}

/** A real HTTP server on this machine. `answer` gets each request once it is whole; `nth` counts from 1. */
export async function createLoopback(answer: (response: ServerResponse, seen: Seen, nth: number) => void): Promise<Loopback> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers, socket } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString("latin1"), fromPort: socket.remotePort ?? 0 };
      answer(response, one, seen.push(one));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Sends a JSON:API document; anything that is not an object goes out as it is. */
export function reply(response: ServerResponse, status: number, body?: Json, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/vnd.api+json", ...headers });
  response.end(isJsonObject(body) ? JSON.stringify(body) : typeof body === "string" ? body : undefined);
}
