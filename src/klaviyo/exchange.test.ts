import { once } from "node:events";
import { createServer } from "node:net";
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { createLoopback, reply } from "../../test/loopback.ts";
import { createWire, type Outgoing, type Timeouts } from "./exchange.ts";

const outgoingTo = (origin: string, isWrite = false): Outgoing => ({
  url: new URL(`${origin}/api/lists`),
  method: isWrite ? "POST" : "GET",
  headers: { accept: "application/vnd.api+json" },
  bytes: isWrite ? Buffer.from("{}") : null,
  scrub: (text) => text.replaceAll("SECRET", "•••"),
  isWrite,
});

async function exchangeWith(
  answer: (response: ServerResponse, nth: number) => void,
  timeouts: Partial<Timeouts> = {},
  signal?: AbortSignal,
) {
  await using server = await createLoopback((response, _, nth) => answer(response, nth));
  const wire = createWire({ connectMs: 1000, headersMs: 1000, bodyMs: 1000, totalMs: 5000, ...timeouts });
  const exchange = await wire.exchange(outgoingTo(server.origin, true), signal);
  return { exchange, wire, server };
}

describe("an exchange that is answered", () => {
  it("has the status, the document, the request's id and the headers that count", async () => {
    const headers = {
      "x-klaviyo-req-id": "0a1b-2c3d",
      "x-klaviyo-api-revision": "2026-07-15",
      "ratelimit-limit": "3, 3;w=1, 60;w=60",
      "ratelimit-remaining": "2",
      "ratelimit-reset": "0",
      "retry-after": "4",
    };
    const { exchange } = await exchangeWith((response) => reply(response, 201, { data: { id: "a" } }, headers));
    expect(exchange).toEqual({
      kind: "answered",
      status: 201,
      body: { data: { id: "a" } },
      torn: false,
      requestId: "0a1b-2c3d",
      revision: "2026-07-15",
      rate: { limit: "3, 3;w=1, 60;w=60", remaining: "2", reset: "0" },
      retryAfter: "4",
    });
  });

  it("has no body for 204, and drops headers of another form", async () => {
    const { exchange } = await exchangeWith((response) =>
      reply(response, 204, undefined, { "x-klaviyo-req-id": "<b>", "x-klaviyo-api-revision": "new" }),
    );
    expect(exchange).toMatchObject({ status: 204, body: null, requestId: null, revision: null });
  });

  it("scrubs the document and the headers", async () => {
    const { exchange } = await exchangeWith((response) =>
      reply(response, 200, { SECRET: "SECRET" }, { "x-klaviyo-req-id": "SECRET", "retry-after": "SECRET" }),
    );
    expect(JSON.stringify(exchange)).not.toContain("SECRET");
  });

  it.each([
    [403, "<html>forbidden</html>", {}, false],
    [502, "<html>bad gateway</html>", {}, false],
    [400, '{"errors":[', {}, false],
    [400, '{"errors":[', { "content-length": "9999" }, true],
  ])("keeps the status %i whatever its body is: %j", async (status, body, headers, torn) => {
    const { exchange } = await exchangeWith((response) => {
      response.writeHead(status, headers);
      response.write(body, () => (torn ? response.destroy() : response.end()));
    });
    expect(exchange).toMatchObject({ kind: "answered", status, body: null, torn });
  });
});

describe("an exchange that fails after leaving", () => {
  const whole = (response: ServerResponse, chunk: Buffer) =>
    response.write(chunk) ? setImmediate(() => whole(response, chunk)) : response.once("drain", () => whole(response, chunk));

  it.each<[string, (response: ServerResponse) => void, Partial<Timeouts>, string, boolean]>([
    ["no answer", () => undefined, { headersMs: 60 }, "timed_out", true],
    ["a body that stalls", (r) => r.writeHead(200, { "content-length": "100" }).write("{"), { bodyMs: 60 }, "timed_out", true],
    ["an answer that is too slow in all", (r) => r.writeHead(200).write("{"), { totalMs: 80 }, "timed_out", true],
    ["a reset", (r) => r.socket?.resetAndDestroy(), {}, "unreachable", true],
    ["a closed connection", (r) => r.destroy(), {}, "unreachable", true],
    [
      "a body that is cut off",
      (r) => r.writeHead(200, { "content-length": "100" }).write("{", () => r.destroy()),
      {},
      "answer_malformed",
      true,
    ],
    ["a chunked body that is cut off", (r) => r.writeHead(200).write("{", () => r.destroy()), {}, "answer_malformed", true],
    ["a body that is no JSON", (r) => r.writeHead(200).end("<html>"), {}, "answer_malformed", false],
    ["an encoded body", (r) => r.writeHead(200, { "content-encoding": "gzip" }).end("{}"), {}, "answer_malformed", false],
    ["an endless body", (r) => whole(r.writeHead(200), Buffer.alloc(256 * 1024, " ")), {}, "answer_too_large", false],
    ["something that is not HTTP", (r) => r.socket?.end("SECRET nonsense\r\n\r\n"), {}, "answer_malformed", false],
    ["a redirect", (r) => r.writeHead(302, { location: "/api/profiles" }).end(), {}, "unreachable", false],
    ["a redirect for good", (r) => r.writeHead(308, { location: "https://evil.example/" }).end(), {}, "unreachable", false],
  ])("%s", async (_, answer, timeouts, code, transient) => {
    const { exchange, server } = await exchangeWith(answer, timeouts);
    expect(exchange).toMatchObject({ kind: "failed", left: true, transient, error: { code } });
    expect(server.seen).toHaveLength(1);
  });

  it("is one that the caller stopped", async () => {
    const stop = new AbortController();
    const { exchange } = await exchangeWith(() => stop.abort(), {}, stop.signal);
    expect(exchange).toMatchObject({ kind: "failed", left: true, transient: false, error: { code: "timed_out" } });
  });
});

describe("an exchange that never left", () => {
  const wire = createWire({ connectMs: 100, headersMs: 1000, bodyMs: 1000, totalMs: 5000 });

  it("was stopped before", async () => {
    const { exchange, server } = await exchangeWith(() => undefined, {}, AbortSignal.abort());
    expect(exchange).toMatchObject({ kind: "failed", left: false, error: { code: "timed_out" } });
    expect(server.seen).toHaveLength(0);
  });

  it("was stopped while it was connecting", async () => {
    await using server = await createLoopback((response) => reply(response, 200, {}));
    const stop = new AbortController();
    const exchange = wire.exchange(outgoingTo(server.origin, true), stop.signal);
    stop.abort();
    expect(await exchange).toMatchObject({ kind: "failed", left: false, error: { code: "timed_out" } });
    expect(server.seen).toHaveLength(0);
  });

  it("found nobody listening", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    server.close();
    await once(server, "close");
    const port = typeof address === "object" && address ? address.port : 0;
    expect(await wire.exchange(outgoingTo(`http://127.0.0.1:${port}`), undefined)).toMatchObject({
      left: false,
      transient: true,
      error: { code: "unreachable" },
    });
  });

  it("found no such name", async () => {
    expect(await wire.exchange(outgoingTo("http://halyard.invalid"), undefined)).toMatchObject({
      left: false,
      transient: true,
      error: { code: "unreachable" },
    });
  });

  it("found a server that does not speak TLS", async () => {
    await using server = await createLoopback((response) => reply(response, 200));
    const failed = await wire.exchange(outgoingTo(server.origin.replace("http:", "https:")), undefined);
    expect(failed).toMatchObject({ kind: "failed", left: false, error: { code: "unreachable" } });
  });

  it("came after closing", async () => {
    const closed = createWire({ connectMs: 100, headersMs: 1000, bodyMs: 1000, totalMs: 5000 });
    await closed.close();
    expect(await closed.exchange(outgoingTo("http://127.0.0.1:9"), undefined)).toMatchObject({
      left: false,
      transient: false,
      error: { code: "unreachable" },
    });
  });
});

describe("connections", () => {
  const portsOf = async (isWrite: boolean) => {
    await using server = await createLoopback((response) => reply(response, 200, {}));
    const wire = createWire({ connectMs: 1000, headersMs: 1000, bodyMs: 1000, totalMs: 5000 });
    for (let i = 0; i < 4; i++) await wire.exchange(outgoingTo(server.origin, isWrite), undefined);
    await wire.close();
    return new Set(server.seen.map(({ fromPort }) => fromPort)).size;
  };

  it("are kept for reads and new for every write", async () => {
    // A kept connection is free again a moment after its answer, so a second one may have been opened meanwhile.
    expect(await portsOf(false)).toBeLessThanOrEqual(2);
    expect(await portsOf(true)).toBe(4);
  });
});
