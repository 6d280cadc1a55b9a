import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, describe, expect, it } from "vitest";
import { callerOf, createLines, createScriptedGate } from "../../test/mcp/scripted-gate.ts";
import { createManualClock } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import { createHttpDoor } from "./http.ts";
import { SESSION_LIMITS } from "./sessions.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function open(sessionLimits = SESSION_LIMITS) {
  const gate = createScriptedGate();
  const clock = createManualClock(1_700_000_000_000);
  const tokens = new Map([
    ["tok-a", callerOf("a")],
    ["tok-b", callerOf("b")],
  ]);
  const authenticate = (token: string) => {
    const caller = tokens.get(token);
    return caller ? Promise.resolve(caller) : Promise.reject(new HalyardError("unauthenticated", "This agent's token is not valid."));
  };
  const door = await createHttpDoor({
    version: "1.2.3",
    load: () => Promise.resolve(gate),
    authenticate,
    host: "127.0.0.1",
    port: 0,
    clock,
    log: createLines().log,
    sessionLimits,
  });
  closers.push(() => door.close());
  const connect = async (mode: "legacy" | { pin: string }, token = "tok-a") => {
    const transport = new StreamableHTTPClientTransport(new URL(`${door.url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    });
    const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
    await client.connect(transport);
    closers.push(() => client.close());
    return { client, transport };
  };
  const post = (body: object, headers: Record<string, string> = {}) =>
    fetch(`${door.url}/mcp`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        authorization: "Bearer tok-a",
        ...headers,
      },
    });
  return { gate, clock, tokens, door, connect, post };
}

const ERAS = [
  ["with sessions", "legacy"],
  ["without sessions", { pin: "2026-07-28" }],
] as const;

describe.each(ERAS)("the HTTP door in the era %s", (_, mode) => {
  it("serves an SDK client: list, call, instructions", async () => {
    const { connect, gate } = await open();
    const { client } = await connect(mode);
    expect((await client.listTools()).tools).toHaveLength(6);
    expect(client.getServerVersion()).toMatchObject({ name: "halyard", version: "1.2.3" });
    expect(client.getInstructions()).toContain("search_actions");
    const answer = await client.callTool({ name: "read", arguments: { action: "get_lists", args: { page_size: 5 } } });
    expect(answer.structuredContent).toMatchObject({ status: "done", count: 0 });
    expect(gate.calls).toStrictEqual([{ caller: callerOf("a"), input: { action: "get_lists", args: { page_size: 5 }, intent: "read" } }]);
  });

  it("serves two agents at once, each as itself", async () => {
    const { connect, gate } = await open();
    const clients = await Promise.all([connect(mode, "tok-a"), connect(mode, "tok-b")]);
    await Promise.all(clients.map(({ client }) => client.callTool({ name: "read", arguments: { action: "get_lists" } })));
    expect(gate.calls.map(({ caller }) => caller.agentName).toSorted()).toStrictEqual(["a", "b"]);
  });

  it("refuses a revoked agent at its next request", async () => {
    const { connect, gate, tokens } = await open();
    const { client } = await connect(mode);
    tokens.delete("tok-a");
    await expect(client.callTool({ name: "read", arguments: { action: "get_lists" } })).rejects.toThrow("A valid agent token is needed");
    expect(gate.calls).toStrictEqual([]);
  });

  it("keeps a property named __proto__ from becoming a prototype", async () => {
    const { connect, gate } = await open();
    const { client } = await connect(mode);
    const args: unknown = JSON.parse('{"action":"get_lists","args":{"__proto__":{"polluted":true}}}');
    await client.callTool({ name: "read", arguments: args as Record<string, unknown> });
    const given = gate.calls[0]?.input.args ?? {};
    expect(Object.getPrototypeOf(given)).toBe(Object.prototype);
    expect(JSON.stringify(given)).toBe('{"__proto__":{"polluted":true}}');
  });

  it("lets go of its clients when it closes", async () => {
    const { connect, door } = await open();
    await connect(mode);
    await door.close();
    await expect(fetch(`${door.url}/healthz`)).rejects.toThrow("fetch failed");
  });
});

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "t", version: "1" } },
};
const CALL = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "read", arguments: { action: "get_lists" } } };

describe("sessions of the HTTP door", () => {
  it("have long random ids and answer with plain JSON", async () => {
    const { post } = await open();
    const [first, second] = [await post(INITIALIZE), await post(INITIALIZE)];
    const ids = [first, second].map((response) => response.headers.get("mcp-session-id") ?? "");
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[\w-]{32}$/);
    expect(first.headers.get("content-type")).toContain("application/json");
  });

  it("do not exist for another agent's token, for a guessed id or without initialize", async () => {
    const { post, gate } = await open();
    const session = (await post(INITIALIZE)).headers.get("mcp-session-id") ?? "";
    const stolen = await post(CALL, { "mcp-session-id": session, authorization: "Bearer tok-b" });
    const guessed = await post(CALL, { "mcp-session-id": "x" });
    expect([stolen.status, guessed.status]).toStrictEqual([404, 404]);
    expect(await stolen.text()).toBe(await guessed.text());
    expect((await post(CALL)).status).toBe(400);
    expect(gate.calls).toStrictEqual([]);
    expect((await post(CALL, { "mcp-session-id": session })).status).toBe(200);
  });

  it("cannot be initialized twice", async () => {
    const { post } = await open();
    const session = (await post(INITIALIZE)).headers.get("mcp-session-id") ?? "";
    expect((await post(INITIALIZE, { "mcp-session-id": session })).status).toBe(400);
  });

  it("end when their client says so, when idle, and when an agent has too many", async () => {
    const { post, door, clock } = await open({ ...SESSION_LIMITS, maxPerAgent: 2 });
    const start = async () => (await post(INITIALIZE)).headers.get("mcp-session-id") ?? "";
    const status = async (session: string) => (await post(CALL, { "mcp-session-id": session })).status;
    const first = await start();
    const ended = await fetch(`${door.url}/mcp`, { method: "DELETE", headers: { authorization: "Bearer tok-a", "mcp-session-id": first } });
    expect([ended.status, await status(first)]).toStrictEqual([200, 404]);
    const second = await start();
    clock.advance(SESSION_LIMITS.idleMs);
    expect(await status(second)).toBe(404);
    const [oldest, older, newest] = [await start(), await start(), await start()];
    expect([await status(oldest), await status(older), await status(newest)]).toStrictEqual([404, 200, 200]);
  });

  it("refuse a newer request whose headers say something else than its body", async () => {
    const { post, gate } = await open();
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "t", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const body = { ...CALL, params: { ...CALL.params, _meta } };
    const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call" };
    const wrong = await post(body, { ...headers, "mcp-name": "write" });
    expect([wrong.status, await wrong.json()]).toMatchObject([400, { error: { code: -32_020 } }]);
    expect(gate.calls).toStrictEqual([]);
    expect((await post(body, { ...headers, "mcp-name": "read" })).status).toBe(200);
  });
});

describe("opening the HTTP door", () => {
  it("fails with what to do when the port is taken", async () => {
    const { door } = await open();
    const again = createHttpDoor({
      version: "1",
      load: () => Promise.resolve(createScriptedGate()),
      authenticate: () => Promise.resolve(callerOf("a")),
      host: "127.0.0.1",
      port: door.port,
      clock: createManualClock(0),
      log: createLines().log,
    });
    await expect(again).rejects.toMatchObject({ code: "port_taken", hint: expect.stringContaining("HALYARD_PORT") });
  });

  it("opens on this machine only", async () => {
    const { door } = await open();
    const outside = createHttpDoor({
      version: "1",
      load: () => Promise.resolve(createScriptedGate()),
      authenticate: () => Promise.resolve(callerOf("a")),
      host: "0.0.0.0",
      port: 0,
      clock: createManualClock(0),
      log: createLines().log,
    });
    await expect(outside).rejects.toMatchObject({ code: "config" });
    expect(door.url).toBe(`http://127.0.0.1:${door.port}`);
  });
});
