import { PassThrough } from "node:stream";
import { CLIENT_CAPABILITIES_META_KEY, CLIENT_INFO_META_KEY, PROTOCOL_VERSION_META_KEY } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { callerOf, createLines, createScriptedGate, type ScriptedGate } from "../../test/mcp/scripted-gate.ts";
import type { Caller } from "../gate/call.ts";
import { HalyardError } from "../lib/errors.ts";
import type { JsonObject } from "../lib/json.ts";
import { MAX_MESSAGE_BYTES } from "./message.ts";
import { serveStdio } from "./stdio.ts";

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "t", version: "1" } },
};
const LIST = { jsonrpc: "2.0", id: 1, method: "tools/list" };

function open(over: { load?: () => Promise<ScriptedGate>; authenticate?: () => Promise<Caller> } = {}) {
  const gate = createScriptedGate();
  const { lines, log } = createLines();
  const input = new PassThrough();
  const output = new PassThrough();
  const loads = { count: 0 };
  const door = serveStdio({
    version: "1.2.3",
    load: () => {
      loads.count++;
      return over.load?.() ?? Promise.resolve(gate);
    },
    authenticate: over.authenticate ?? (() => Promise.resolve(callerOf("a", "stdio"))),
    log,
    input,
    output,
  });
  const answers: JsonObject[] = [];
  const waiting: (() => void)[] = [];
  let buffered = "";
  output.on("data", (chunk: Buffer) => {
    buffered += String(chunk);
    const texts = buffered.split("\n");
    buffered = texts.pop() ?? "";
    answers.push(...texts.map((text) => JSON.parse(text) as JsonObject));
    for (const resolve of waiting.splice(0)) resolve();
  });
  /** Resolves with the first answer that fits, also one that has come already. */
  const answer = async (fits: (message: JsonObject) => boolean): Promise<JsonObject> => {
    for (;;) {
      const found = answers.find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => void waiting.push(resolve));
    }
  };
  const send = (message: object | string): void => void input.write(`${typeof message === "string" ? message : JSON.stringify(message)}\n`);
  const request = (message: JsonObject): Promise<JsonObject> => {
    send(message);
    return answer(({ id }) => id === message.id);
  };
  const call = (id: number, name: string, args: JsonObject) =>
    request({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } });
  return { gate, lines, input, door, loads, answers, answer, send, request, call };
}

describe("the stdio door", () => {
  it("answers initialize and tools/list before anything is loaded, and loads after that without being asked", async () => {
    let loaded = (): void => undefined;
    const loading = new Promise<void>((resolve) => {
      loaded = resolve;
    });
    const { request, loads, gate } = open({
      load: () => {
        loaded();
        return Promise.resolve(gate);
      },
    });
    expect(await request(INITIALIZE)).toMatchObject({
      result: { protocolVersion: "2025-06-18", serverInfo: { name: "halyard", version: "1.2.3" }, instructions: expect.any(String) },
    });
    expect(await request(LIST)).toMatchObject({ result: { tools: expect.arrayContaining([expect.objectContaining({ name: "read" })]) } });
    expect(loads.count).toBe(0);
    await loading;
    expect(loads.count).toBe(1);
  });

  it("serves calls in the era of sessions, loading once", async () => {
    const { request, call, gate, loads } = open();
    await request(INITIALIZE);
    const answers = await Promise.all([call(1, "read", { action: "get_lists" }), call(2, "read", { action: "get_tags" })]);
    expect(answers).toMatchObject([
      { result: { structuredContent: { status: "done", count: 0 } } },
      { result: { structuredContent: { status: "done" } } },
    ]);
    expect(gate.calls.map(({ caller }) => caller.door)).toStrictEqual(["stdio", "stdio"]);
    expect(loads.count).toBe(1);
  });

  it("serves calls in the era without sessions", async () => {
    const { request, gate } = open();
    const _meta = {
      [PROTOCOL_VERSION_META_KEY]: "2026-07-28",
      [CLIENT_INFO_META_KEY]: { name: "t", version: "1" },
      [CLIENT_CAPABILITIES_META_KEY]: {},
    };
    const modern = (id: number, method: string, params = {}) => request({ jsonrpc: "2.0", id, method, params: { ...params, _meta } });
    expect(await modern(1, "server/discover")).toMatchObject({ result: { supportedVersions: expect.arrayContaining(["2026-07-28"]) } });
    expect(await modern(2, "tools/call", { name: "read", arguments: { action: "get_lists" } })).toMatchObject({
      result: { structuredContent: { status: "done" } },
    });
    expect(gate.calls).toHaveLength(1);
  });

  it.each([
    [
      "a property twice",
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write","arguments":{"action":"delete_list","action":"get_list"}}}',
      -32_700,
    ],
    ["a batch", '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32_600],
    ["no JSON", "GET / HTTP/1.1", -32_700],
    ["no JSON-RPC", '{"id":1}', -32_600],
    ["a line that is too long", `{"a":"${"x".repeat(MAX_MESSAGE_BYTES)}"}`, -32_600],
  ])("answers %s with an error of its own and goes on", async (_, line, code) => {
    const { request, send, answer, call, gate } = open();
    await request(INITIALIZE);
    send(line);
    expect(await answer(({ error }) => error !== undefined)).toMatchObject({ error: { code } });
    expect(gate.calls).toStrictEqual([]);
    await call(2, "read", { action: "get_lists" });
    expect(gate.calls).toHaveLength(1);
  });

  it("reads messages that come in pieces or several at once, and takes empty lines for nothing", async () => {
    const { input, answer, answers } = open();
    const bytes = Buffer.from(`\r\n${JSON.stringify(INITIALIZE)}\r\n\n{"jsonrpc":"2.0","id":"é","method":"ping"}\n`);
    for (const byte of bytes) input.write(Buffer.from([byte]));
    await answer(({ id }) => id === "é");
    expect(answers).toHaveLength(2);
  });

  it("tells the first call and stderr what to do when the token is not valid, and serves once it is", async () => {
    let valid = false;
    const authenticate = () =>
      valid
        ? Promise.resolve(callerOf("a", "stdio"))
        : Promise.reject(new HalyardError("unauthenticated", "This agent's token is not valid.", { hint: "halyard agents add" }));
    const { request, call, lines, gate } = open({ authenticate });
    await request(INITIALIZE);
    await request(LIST);
    // What is loaded in the background begins a turn of the event loop after the answer.
    await new Promise(setImmediate);
    expect(await call(2, "read", { action: "get_lists" })).toMatchObject({
      result: { isError: true, structuredContent: { code: "unauthenticated", hint: "halyard agents add" } },
    });
    expect(lines.join("\n")).toMatch(/error halyard mcp cannot serve calls .*halyard agents add/);
    expect(lines.join("\n")).toMatch(/tool refused .*halyard agents add/);
    valid = true;
    await call(3, "read", { action: "get_lists" });
    expect(gate.calls).toHaveLength(1);
  });

  it("asks who calls at every call, so that a revoked agent is refused at once", async () => {
    const callers = [Promise.resolve(callerOf("a", "stdio"))];
    const { request, call, gate } = open({
      authenticate: () => callers.shift() ?? Promise.reject(new HalyardError("unauthenticated", "Revoked.")),
    });
    await request(INITIALIZE);
    await call(1, "read", { action: "get_lists" });
    expect(await call(2, "read", { action: "get_lists" })).toMatchObject({ result: { isError: true } });
    expect(gate.calls).toHaveLength(1);
  });

  it("tries to load again after a failure", async () => {
    const gate = createScriptedGate();
    const loads = [Promise.reject(new HalyardError("store_unavailable", "The database is locked."))];
    const { request, call } = open({ load: () => loads.shift() ?? Promise.resolve(gate) });
    await request(INITIALIZE);
    expect(await call(1, "read", { action: "get_lists" })).toMatchObject({
      result: { isError: true, structuredContent: { code: "store_unavailable" } },
    });
    expect(await call(2, "read", { action: "get_lists" })).toMatchObject({ result: { structuredContent: { status: "done" } } });
  });

  it("answers what is under way when the input ends, and then closes", async () => {
    const { request, send, input, door, answers } = open();
    await request(INITIALIZE);
    send({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "read", arguments: { action: "get_lists" } } });
    input.end();
    await door.closed;
    expect(answers.map(({ id }) => id)).toStrictEqual([0, 1]);
  });

  it("closes when asked", async () => {
    const { request, door } = open();
    await request(INITIALIZE);
    await door.close();
    await expect(door.closed).resolves.toBeUndefined();
  });
});
