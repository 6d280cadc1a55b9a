import type { Socket } from "node:net";
import { buildConnector, Client, errors } from "undici";
import type { Timeouts } from "./exchange.ts";

/** Opens a socket to a server; undici's own, unless a test stands in for it. */
export type Connector = ReturnType<typeof buildConnector>;

/** A standing connection to a server: what is dispatched on it goes out in the same moment, so what is asked before is asked last. */
export interface Line {
  client: Client;
  /** Whether an earlier request went over it: its server may be closing it at this very moment. */
  isKept: boolean;
}

export interface Lines {
  /** A line that is connected: for a read one that was kept, where there is one. Throws what the connecting threw, or the signal's reason. */
  take(url: URL, options: { fresh: boolean; signal: AbortSignal }): Promise<Line>;
  /** Keeps the line for the next read. */
  give(url: URL, line: Line): void;
  /** Ends the line. */
  drop(line: Line): void;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export function createLines(
  { connectMs, headersMs, bodyMs }: Timeouts,
  connector: Connector = buildConnector({ timeout: connectMs, allowH2: false }),
): Lines {
  const kept = new Map<string, Client[]>();
  const all = new Set<Client>();
  let isClosed = false;

  const forget = (origin: string, client: Client): void => {
    all.delete(client);
    kept.set(
      origin,
      (kept.get(origin) ?? []).filter((other) => other !== client),
    );
    client.destroy().catch(() => undefined);
  };

  async function open(url: URL, fresh: boolean, signal: AbortSignal): Promise<Client> {
    const socket = await connect(connector, url, signal);
    if (isClosed) {
      socket.destroy();
      throw new errors.ClientClosedError();
    }
    let isTaken = false;
    const client = new Client(url.origin, {
      connect: (_, callback) => {
        // One line, one socket: a second would be connected after the question whether the request may go.
        if (isTaken) return callback(new errors.SocketError("the line is gone"), null);
        isTaken = true;
        // In the same turn of the event loop, but after the client has noted that it is connecting: it forgets the request otherwise.
        queueMicrotask(() => callback(null, socket));
      },
      headersTimeout: headersMs,
      bodyTimeout: bodyMs,
      allowH2: false,
      pipelining: fresh ? 0 : 1,
    });
    all.add(client);
    client.on("disconnect", () => forget(url.origin, client));
    return client;
  }

  return {
    async take(url, { fresh, signal }) {
      signal.throwIfAborted();
      if (isClosed) throw new errors.ClientClosedError();
      const client = fresh ? undefined : kept.get(url.origin)?.pop();
      return client ? { client, isKept: true } : { client: await open(url, fresh, signal), isKept: false };
    },
    give({ origin }, { client }) {
      if (!all.has(client) || isClosed) return;
      kept.set(origin, [...(kept.get(origin) ?? []), client]);
    },
    drop({ client }) {
      all.delete(client);
      client.destroy().catch(() => undefined);
    },
    async close() {
      isClosed = true;
      await Promise.all([...all].map((client) => client.close().catch(() => undefined)));
    },
  };
}

function connect(connector: Connector, { protocol, host, hostname, port }: URL, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    connector({ protocol, host, hostname: hostname.replaceAll(/[[\]]/g, ""), port }, (error, socket) => {
      signal.removeEventListener("abort", onAbort);
      if (error) reject(error);
      else if (signal.aborted) socket.destroy();
      else resolve(socket);
    });
  });
}
