import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HttpDoor } from "../../src/mcp/http.ts";
import type { AuditRow } from "../../src/store/tables/audit.ts";
import { httpAgent, httpDoor, stdioAgent } from "../fixtures/doors.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise (attack J3): what is refused at a door leaves a row like what is refused by the gate, and a flood of it cannot fill the store. */
let world: World;
let door: HttpDoor;
beforeEach(async () => {
  world = await createWorld();
  door = await httpDoor(world);
});
afterEach(async () => {
  await door.close();
  await world.close();
});

const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

function post(body: string, headers: Record<string, string> = {}, path = "/mcp", method = "POST"): Promise<Response> {
  const all = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    authorization: `Bearer ${world.agentToken.reveal()}`,
    ...headers,
  };
  return fetch(`${door.url}${path}`, { method, headers: all, ...(method === "GET" ? {} : { body }) });
}

const rows = async (event: string): Promise<AuditRow[]> =>
  (await world.app.store.audit.list({ limit: 10_000 })).filter((row) => row.event === event);
/** A row follows its answer by the time that the store takes. */
async function nextRefusal(since: number): Promise<AuditRow> {
  for (let turns = 0; turns < 2000; turns++) {
    const row = (await rows("refused"))[since];
    if (row) return row;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("no row came");
}

describe("what the HTTP door sends away leaves one row", () => {
  it.each([
    ["a page elsewhere", "foreign", 403, () => post(PING, { origin: "https://evil.example" })],
    ["no token", "unauthenticated", 401, () => post(PING, { authorization: "" })],
    ["an unknown token", "unauthenticated", 401, () => post(PING, { authorization: `Bearer hal_${"A".repeat(43)}` })],
    ["another path", "no_such_path", 404, () => post(PING, {}, "/admin")],
    ["another method", "method", 405, () => post(PING, {}, "/mcp", "PUT")],
    ["another type", "media_type", 415, () => post(PING, { "content-type": "text/plain" })],
    ["a batch", "batch", 400, () => post(`[${PING}]`)],
    ["no JSON", "malformed", 400, () => post("{")],
    ["a property twice", "malformed", 400, () => post('{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}')],
    ["too much", "too_large", 413, () => post(`"${"x".repeat(7_000_000)}"`)],
    ["no session", "protocol", 400, () => post(PING)],
  ] as const)("%s: %s", async (_, kind, status, send) => {
    const answer = await send().catch(() => undefined);
    if (answer) expect(answer.status).toBe(status);
    await answer?.text();
    const row = await nextRefusal(0);
    expect(row.fields).toMatchObject({ door: "http", at_door: kind });
    expect(await rows("refused")).toHaveLength(1);
    expect(world.ledger()).toEqual([]);
  });

  it("what is no HTTP at all", async () => {
    const socket = connect(door.port, "127.0.0.1");
    socket.write("nonsense\r\n\r\n");
    const answer = await new Promise<string>((resolve) => socket.once("data", (bytes) => resolve(String(bytes))));
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    expect((await nextRefusal(0)).fields).toMatchObject({ at_door: "malformed" });
  });

  it("names the agent where it is known, and never a token", async () => {
    await (await post("{")).text();
    expect(await nextRefusal(0)).toMatchObject({ agent_id: world.agent.agentId, connection_id: world.agent.connectionId });
    await (await post(PING, { authorization: `Bearer hal_${"Z".repeat(43)}` })).text();
    const row = await nextRefusal(1);
    expect(row.agent_id).toBeNull();
    expect(JSON.stringify(row)).not.toContain("ZZZZ");
  });
});

describe("what a tool is called with", () => {
  it.each(["http", "stdio"] as const)("wrong arguments, a tool that is not there, a cancelled call over %s", async (over) => {
    const agent = over === "http" ? await httpAgent(world) : await stdioAgent(world);
    expect((await agent.call("read", { action: 1, "x\u001b[2J": 2 })).isError).toBe(true);
    expect((await nextRefusal(0)).fields).toEqual({
      door: over,
      at_door: "tool_arguments",
      detail: ["read", "/action must be a text", " is not a known field"],
    });
    await agent.client.callTool({ name: "audit_delete", arguments: {} }).catch(() => undefined);
    expect((await nextRefusal(1)).fields).toMatchObject({ door: over, at_door: "unknown_tool" });
    world.sandbox.control.setFaults([{ match: { method: "GET" }, fault: "latency", ms: 200 }]);
    const stop = new AbortController();
    const cancelled = agent.client.callTool({ name: "read", arguments: { action: "get_lists" } }, { signal: stop.signal });
    setImmediate(() => stop.abort());
    await expect(cancelled).rejects.toBeInstanceOf(Error);
    expect((await nextRefusal(2)).fields).toMatchObject({ door: over, at_door: "cancelled" });
    await agent.close();
  });
});

describe("a flood", () => {
  it("at a door: a hundred rows, and one with the counts of the rest", async () => {
    for (let n = 0; n < 250; n++) await world.app.refused({ door: "http", kind: n % 2 ? "foreign" : "unauthenticated" });
    expect(await rows("refused")).toHaveLength(100);
    world.clock.advance(61_000);
    await world.read("get_lists");
    expect((await rows("refused.summary")).map(({ fields }) => fields["counts"])).toEqual([
      { "http.unauthenticated": 75, "http.foreign": 75 },
    ]);
    await world.app.refused({ door: "http", kind: "foreign" });
    expect(await rows("refused")).toHaveLength(101);
  });

  it("of calls that are refused or denied: of each agent a hundred, whatever the others do", async () => {
    world.setPolicy("version: 1\npreset: locked\nrules: []\n");
    const attempts = Array.from({ length: 150 }, (_, n) => n);
    for (const n of attempts) await expect(world.read(`no_such_${n}`)).rejects.toMatchObject({ code: "unknown_action" });
    for (const n of attempts) expect(await world.write("create_list", { name: `n${n}` })).toMatchObject({ status: "denied" });
    expect(await rows("refused")).toHaveLength(100);
    expect(await rows("decided")).toHaveLength(0);
    // The neighbour is not drowned out.
    const owner = await world.app.agents.owner("shop");
    await expect(world.app.gate.call(owner, { action: "nonsense", args: {}, intent: "any" })).rejects.toMatchObject({
      code: "unknown_action",
    });
    expect((await rows("refused")).filter(({ agent_id }) => agent_id === "owner")).toHaveLength(1);
    world.clock.advance(61_000);
    await world.read("get_lists");
    expect((await rows("refused.summary")).map(({ agent_id, fields }) => [agent_id, fields["counts"]])).toEqual([
      [world.agent.agentId, { unknown_action: 50, denied: 150 }],
    ]);
    expect(await world.app.activity({ limit: 1000 })).toHaveLength(102);
    expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
  });

  it("that is still going on when Halyard stops is counted", async () => {
    for (let n = 0; n < 130; n++) await world.app.refused({ door: "stdio", kind: "malformed" });
    await world.app.gate.close();
    expect((await rows("refused.summary")).map(({ fields }) => fields["counts"])).toEqual([{ "stdio.malformed": 30 }]);
  });
});

it("what a card looked up is on the record of its call, with how each look ended", async () => {
  const asked = await world.write("delete_list", { id: "Abc123" });
  const { events } = await world.app.callStory("call_id" in asked ? asked.call_id : "");
  expect(events.map(({ event }) => event)).toEqual(["received", "looked", "decided", "approval.asked"]);
  expect(events[1]?.fields["reads"]).toEqual([{ operation: "get_list", path: "/api/lists/Abc123", http_status: null, error: "not_found" }]);
  expect(events[2]?.fields).toMatchObject({ policy_version: 1, rules: [] });
});

it("a check of the key is on the record", async () => {
  await world.app.connections.check("shop");
  expect((await rows("health")).map(({ fields }) => fields)).toEqual([{ ok: true, code: "ok" }]);
});
