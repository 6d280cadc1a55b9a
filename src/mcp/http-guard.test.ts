import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { callerOf, createLines, createScriptedGate } from "../../test/mcp/scripted-gate.ts";
import { createManualClock } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import { createHttpDoor, type HttpDoor } from "./http.ts";
import { MAX_MESSAGE_BYTES } from "./message.ts";

const gate = createScriptedGate();
const asked: string[] = [];
let door: HttpDoor;

beforeAll(async () => {
  const authenticate = (token: string) => {
    asked.push(token);
    if (token === "tok-a") return Promise.resolve(callerOf("a"));
    return Promise.reject(
      token === "tok-broken"
        ? new Error("SQLITE_BUSY /srv/x")
        : new HalyardError("unauthenticated", token === "tok-revoked" ? "Revoked." : "Unknown."),
    );
  };
  door = await createHttpDoor({
    version: "1.2.3",
    load: () => Promise.resolve(gate),
    authenticate,
    host: "127.0.0.1",
    port: 0,
    clock: createManualClock(0),
    log: createLines().log,
  });
});
afterAll(() => door.close());
beforeEach(() => {
  asked.length = 0;
});

const CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"action":"get_lists"}}}';

interface Raw {
  method?: string;
  path?: string;
  headers?: Record<string, string | undefined>;
  body?: string | Buffer;
}

/** A request with exactly these headers: `fetch` would not let a test set Host or Origin. */
function raw({
  method = "POST",
  path = "/mcp",
  headers = {},
  body = CALL,
}: Raw): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const all = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    authorization: "Bearer tok-a",
    host: `127.0.0.1:${door.port}`,
    ...headers,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port: door.port, method, path, headers: given, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += String(chunk)));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on("error", reject);
    request.end(method === "GET" ? undefined : body);
  });
}

describe("guards of the HTTP door, before anything is parsed", () => {
  it.each([
    ["another name", "evil.example"],
    ["another name with our port", "evil.example:PORT"],
    ["our address without our port", "127.0.0.1"],
    ["our address with another port", "127.0.0.1:1"],
    ["a name that only begins like ours", "127.0.0.1.evil.example:PORT"],
    ["a user before the name", "x@127.0.0.1:PORT"],
    ["all addresses", "0.0.0.0:PORT"],
  ])("refuse a Host of %s", async (_, host) => {
    const answer = await raw({ headers: { host: host.replace("PORT", String(door.port)) } });
    expect([answer.status, asked]).toStrictEqual([403, []]);
  });

  it.each([
    "https://evil.example",
    "null",
    "http://localhost.evil.example",
    "http://127.0.0.1@evil.example",
    "file://localhost",
    "chrome-extension://abc",
  ])("refuse the origin %s", async (origin) => {
    const answer = await raw({ headers: { origin } });
    expect([answer.status, asked]).toStrictEqual([403, []]);
  });

  it.each([["localhost"], ["127.0.0.1"], ["[::1]"], ["LOCALHOST"]])(
    "take the host %s with our port, and an origin on this machine",
    async (name) => {
      const host = `${name}:${door.port}`;
      const answer = await raw({ method: "GET", path: "/healthz", headers: { host, origin: "http://localhost:3000" } });
      expect([answer.status, JSON.parse(answer.text)]).toStrictEqual([200, { status: "ok", version: "1.2.3" }]);
    },
  );

  it("refuse an absolute target and unknown paths, with nothing for a probe of authorization servers to find", async () => {
    for (const path of ["/", "/mcp/", "/.well-known/oauth-protected-resource", `http://127.0.0.1:${door.port}/mcp`])
      expect((await raw({ path })).status).toBe(404);
    expect(asked).toStrictEqual([]);
  });

  it("tell missing, malformed, unknown and revoked tokens the same", async () => {
    const answers = await Promise.all(
      [undefined, "", "Bearer", "Basic dG9rLWE=", "Bearer tok-a x", "Bearer tok-no", "Bearer tok-revoked"].map((authorization) =>
        raw({ headers: { authorization } }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toStrictEqual(new Set([401]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(new Set(answers.map(({ headers }) => headers["www-authenticate"]))).toStrictEqual(new Set(['Bearer realm="halyard"']));
  });

  it("answer a failure behind the token check without its text", async () => {
    const answer = await raw({ headers: { authorization: "Bearer tok-broken" } });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain("SQLITE");
  });

  it.each(["GET", "PUT", "PATCH", "OPTIONS"])("take no %s", async (method) => {
    const answer = await raw({ method, body: "" });
    expect([answer.status, answer.headers.allow]).toStrictEqual([405, "POST, DELETE"]);
  });

  it.each([
    ["no type", undefined],
    ["plain text", "text/plain"],
    ["a form", "application/x-www-form-urlencoded"],
    ["several parts", "multipart/form-data; boundary=x"],
    ["another encoding", "application/json; charset=utf-16"],
    ["another parameter", "application/json; profile=x"],
    ["a longer type", "application/json-patch+json"],
    ["two types", "application/json, text/plain"],
  ])("refuse %s as the type of a body", async (_, type) => {
    expect((await raw({ headers: { "content-type": type } })).status).toBe(415);
  });

  it.each(["application/json", "Application/JSON", "application/json; charset=utf-8", 'application/json ;charset="UTF-8"'])(
    "take %s",
    async (type) => {
      // 400: there is no session, so the body was read.
      expect((await raw({ headers: { "content-type": type } })).status).toBe(400);
    },
  );

  it("refuse compressed bodies", async () => {
    expect((await raw({ headers: { "content-encoding": "gzip" }, body: gzipSync(CALL) })).status).toBe(415);
  });

  it("refuse a body that is too large, told or not", async () => {
    const body = Buffer.alloc(MAX_MESSAGE_BYTES + 1, 32);
    expect((await raw({ headers: { "content-length": String(MAX_MESSAGE_BYTES + 1) }, body })).status).toBe(413);
    expect((await raw({ headers: { "transfer-encoding": "chunked" }, body })).status).toBe(413);
  });

  it.each([
    ["a property twice", CALL.replace('"action"', '"action":"delete_list","action"'), -32_700],
    ["a batch", `[${CALL},${CALL}]`, -32_600],
    ["two messages", CALL + CALL, -32_700],
    ["a byte order mark", `\uFEFF${CALL}`, -32_700],
    ["bytes that are not UTF-8", Buffer.from('{"a":"é"}', "latin1"), -32_700],
    ["UTF-16", Buffer.from(CALL, "utf16le"), -32_700],
    ["nothing", "", -32_700],
  ])("refuse %s", async (_, body, code) => {
    const answer = await raw({ body });
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([400, { jsonrpc: "2.0", id: null, error: { code } }]);
    expect(gate.calls).toStrictEqual([]);
  });

  it("refuse a request without Host and one that is no HTTP", async () => {
    for (const text of ["POST /mcp HTTP/1.1\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "hello\r\n\r\n"]) {
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(door.port, "127.0.0.1", () => socket.end(text));
        let got = "";
        socket.on("data", (chunk) => (got += String(chunk)));
        socket.on("error", reject);
        socket.on("close", () => resolve(got));
      });
      expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
    }
  });
});
