import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { list, open, type Opened } from "./open.ts";

let sandbox: Opened;
beforeEach(async () => {
  sandbox = await open();
});
afterEach(() => sandbox.close());

describe("control endpoints", () => {
  it("keep a ledger of who did what, never with a key in it", async () => {
    await sandbox.call("POST /api/lists", list("x"));
    await sandbox.call("GET /api/lists?sort=name", undefined, { authorization: `Klaviyo-API-Key ${sandbox.keys.readOnly}` });
    await sandbox.call("GET /nowhere");
    const { text } = await sandbox.call("GET /_sandbox/ledger");
    expect(JSON.parse(text)).toMatchObject([
      { n: 1, method: "POST", path: "/api/lists", operation: "create_list", key: "full", status: 201, changed: { lists: 1 } },
      { n: 2, query: "sort=name", operation: "get_lists", key: "readOnly", status: 200 },
      { n: 3, path: "/nowhere", status: 404 },
    ]);
    expect(text).not.toContain("pk_");
    expect(JSON.parse((await sandbox.call("GET /_sandbox/ledger?since=2")).text)).toHaveLength(1);
  });

  it("move the manual clock, and refuse to with a real one", async () => {
    const { now } = sandbox.control.clock();
    expect((await sandbox.call("POST /_sandbox/clock", { advance_ms: 500 })).body).toEqual({ mode: "manual", now: now + 500 });
    expect((await sandbox.call("POST /_sandbox/clock", { set: now })).body).toEqual({ mode: "manual", now });
    expect((await sandbox.call("POST /_sandbox/clock", { advance_ms: "1" })).status).toBe(400);
    const real = await open({ clock: "real" });
    expect((await real.call("POST /_sandbox/clock", { advance_ms: 1 })).status).toBe(400);
    await real.close();
  });

  it("make and revoke keys", async () => {
    const { body } = await sandbox.call("POST /_sandbox/keys", { name: "agent", scopes: ["lists:read"] });
    const headers = { authorization: `Klaviyo-API-Key ${body["key"] as string}` };
    expect((await sandbox.call("GET /api/lists", undefined, headers)).status).toBe(200);
    expect((await sandbox.call("POST /_sandbox/keys", { name: "agent" })).status).toBe(409);
    expect((await sandbox.call("PATCH /_sandbox/keys", { name: "agent", revoked: true })).status).toBe(204);
    expect((await sandbox.call("GET /api/lists", undefined, headers)).status).toBe(401);
    expect((await sandbox.call("GET /_sandbox/keys")).text).not.toContain("pk_");
  });

  it("reset to the seed state", async () => {
    const before = sandbox.control.state();
    await sandbox.call("POST /api/lists", list("x"));
    expect((await sandbox.call("POST /_sandbox/reset")).status).toBe(204);
    expect((await sandbox.call("GET /_sandbox/state")).body).toEqual(before);
    expect((await sandbox.call("GET /api/lists")).status).toBe(200);
  });

  it("are closed to pages of other sites", async () => {
    expect((await sandbox.call("POST /_sandbox/reset", undefined, { origin: "https://evil.example" })).status).toBe(403);
    const answer = await rawExchange(`GET /_sandbox/state HTTP/1.1\r\nhost: evil.example:${sandbox.port}\r\nconnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 403/);
  });

  it("tell a taken port by name", async () => {
    await expect(open({ port: sandbox.port })).rejects.toMatchObject({ code: "port_taken" });
  });
});

function rawExchange(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(sandbox.port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => (answer += chunk.toString()));
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}

describe("what is not HTTP", () => {
  it.each([
    "\0\0\0\0\r\n\r\n",
    "GET\r\n\r\n",
    "GET /api/lists HTTP/1.1\r\nhost: a\r\ncontent-length: 5, 6\r\n\r\n",
    `GET /${"a".repeat(40_000)} HTTP/1.1\r\nhost: a\r\n\r\n`,
  ])("does not stop the server: %j", async (text) => {
    await rawExchange(text);
    expect((await sandbox.call("GET /api/lists")).status).toBe(200);
  });
});
