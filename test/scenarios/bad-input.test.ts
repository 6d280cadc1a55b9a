import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import { Secret } from "../../src/lib/secret.ts";
import { halyard, httpDoor } from "../fixtures/doors.ts";
import { configFor, createWorld, temporaryHome, type World } from "../fixtures/world.ts";

/** The promise: bad input gets an error that says what to do next, and nothing is lost. */
let home: string;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const run = (args: string[], input = "", more: Record<string, string> = {}) => halyard({ config: configFor(home) }, args, input, more);

describe("settings", () => {
  it.each([
    ["HALYARD_HOEM", "/srv/x", "Did you mean HALYARD_HOME?"],
    ["HALYARD_PORT", "abc", "whole number"],
    ["HALYARD_LOG", "loud", "one of error"],
  ])("%s=%s stops the start", async (name, value, hint) => {
    const { status, stderr, stdout } = await run(["connections"], "", { [name]: value });
    expect(status).toBe(78);
    expect(stderr).toContain(hint);
    expect(stdout).toBe("");
  });

  it("are read from the environment and from nowhere else", () => {
    expect(readConfig({ HALYARD_HOME: "/srv/h", PATH: "/bin" })).toMatchObject({
      home: "/srv/h",
      databaseUrl: "file:/srv/h/halyard.db",
      port: 4150,
    });
  });
});

describe("the state folder", () => {
  it("that is a file", async () => {
    writeFileSync(join(home, "file"), "x");
    await expect(openApp(configFor(join(home, "file", "below")))).rejects.toMatchObject({
      code: "store_unavailable",
      hint: expect.stringContaining("HALYARD_HOME"),
    });
  });

  it("whose database is corrupt is left as it is", async () => {
    writeFileSync(join(home, "halyard.db"), "this is not a database, and long enough to be looked at as one ".repeat(50));
    await expect(openApp(configFor(home))).rejects.toMatchObject({ code: "store_corrupt" });
  });

  it("whose key file others may read, or that is gone", async () => {
    const app = await openApp(configFor(home));
    await app.close();
    chmodSync(join(home, "master.key"), 0o644);
    await expect(openApp(configFor(home))).rejects.toMatchObject({ code: "master_key", hint: expect.stringContaining("chmod 600") });
    rmSync(join(home, "master.key"));
    await expect(openApp(configFor(home))).rejects.toMatchObject({ code: "master_key" });
    // A new one was not made in its place: nothing sealed could ever be opened again.
    expect(await run(["connections"])).toMatchObject({ status: 78 });
  });

  it("that two processes open at once is one", async () => {
    const runs = await Promise.all([run(["connections", "--json"]), run(["connections", "--json"]), run(["agents", "--json"])]);
    expect(runs.map(({ status, stderr }) => [status, stderr])).toEqual([
      [0, ""],
      [0, ""],
      [0, ""],
    ]);
  });

  it("with another master key than it was made with", async () => {
    const app = await openApp(configFor(home));
    await app.close();
    const other = { ...configFor(home), masterKey: { keyFile: join(home, "master.key"), environmentKey: new Secret("ab".repeat(32)) } };
    await expect(openApp(other)).rejects.toMatchObject({ code: "master_key" });
  });
});

describe("a key", () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ realTime: true });
  });
  afterEach(() => world.close());
  const connect = (input: string, name = "second") => halyard(world, ["connect", "--name", name, "--sandbox", world.sandbox.url], input);

  it.each([
    ["none", "", 77],
    ["a public one", "AbC123", 77],
    ["a wrong one", `pk_${"x".repeat(34)}`, 77],
  ])("that is %s", async (_, key, status) => {
    const result = await connect(key);
    expect([result.status === 0, result.stdout]).toEqual([false, ""]);
    expect(result.stderr.length).toBeGreaterThan(20);
    if (key.length > 10) expect(result.stdout + result.stderr).not.toContain(key);
    expect([status, 2, 65]).toContain(result.status);
    expect(await world.app.connections.list()).toHaveLength(1);
  });

  it("on the command line is refused and not echoed", async () => {
    const result = await halyard(world, ["connect", world.sandbox.keys.full]);
    expect(result.status).toBe(2);
    expect(result.stdout + result.stderr).not.toContain(world.sandbox.keys.full.slice(0, 12));
  });

  it("that is right is connected, sealed, and nowhere to be seen", async () => {
    const { status, stdout, stderr } = await connect(world.sandbox.keys.full);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).not.toContain(world.sandbox.keys.full);
    expect(await world.app.connections.check("second")).toMatchObject({ ok: true });
  });

  it("of another account is refused for a name that is taken", async () => {
    const { createSandbox } = await import("../../src/sandbox/sandbox.ts");
    const other = await createSandbox({ limits: "off", seed: "other", profiles: 20 });
    await expect(
      world.app.connections.connect({ name: "shop", origin: other.url, key: new Secret(other.keys.full) }),
    ).rejects.toMatchObject({ code: "account_mismatch" });
    expect(await world.app.connections.check("shop")).toMatchObject({ ok: true });
    await other.close();
  });

  it.each([
    "http://example.com",
    "https://a.klaviyo.com@evil.example",
    "https://a.klaviyo.com.evil.example",
    "http://169.254.169.254",
    "ftp://127.0.0.1",
    "not a url",
  ])("is never sent to %s", async (origin) => {
    await expect(world.app.connections.connect({ name: "x", origin, key: new Secret(world.sandbox.keys.full) })).rejects.toMatchObject({
      code: "config",
    });
  });
});

it("a port that is taken", async () => {
  const world = await createWorld();
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
  const address = blocker.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const result = await halyard(world, ["start", "--no-sandbox", "--port", String(port)]);
  expect([result.status, result.stdout]).toEqual([71, ""]);
  expect(result.stderr).toContain(String(port));
  blocker.close();
  await world.close();
});

it("a policy file that is misspelt denies writes, says where, and lets reads go on", async () => {
  const world = await createWorld();
  world.setPolicy("version: 1\npreset: read-only\nruels: []\n");
  expect(await world.write("create_list", { name: "x" })).toMatchObject({
    status: "denied",
    because: expect.stringContaining("cannot be used"),
  });
  expect(await world.read("get_lists")).toMatchObject({ status: "done" });
  const shown = await halyard(world, ["policy", "show"]);
  expect(shown.stdout + shown.stderr).toContain('did you mean "rules"?');
  await world.close();
});

describe("a message to the HTTP door", () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  async function send(body: string, headers: Record<string, string> = {}): Promise<number> {
    const door = await httpDoor(world);
    const answer = await fetch(`${door.url}/mcp`, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        authorization: `Bearer ${world.agentToken.reveal()}`,
        ...headers,
      },
    });
    await answer.text();
    await door.close();
    return answer.status;
  }

  const initialize =
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}';
  it.each([
    ["that is right", initialize, {}, 200],
    ["without a token", initialize, { authorization: "" }, 401],
    ["with an unknown token", initialize, { authorization: `Bearer hal_${"A".repeat(43)}` }, 401],
    ["from a page elsewhere", initialize, { origin: "https://evil.example" }, 403],
    ["that is text", initialize, { "content-type": "text/plain" }, 415],
    ["that is a batch", `[${initialize}]`, {}, 400],
    ["with a key twice", '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', {}, 400],
    ["that is too deep", `{"jsonrpc":"2.0","id":1,"method":"ping","params":${"[".repeat(5000)}${"]".repeat(5000)}}`, {}, 400],
    ["that is no JSON", "{", {}, 400],
  ])("%s", async (_, body, headers, status) => {
    expect(await send(body, headers)).toBe(status);
    expect(world.ledger()).toEqual([]);
  });

  it("whose id is in flight already", async () => {
    const door = await httpDoor(world);
    const headers = {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      authorization: `Bearer ${world.agentToken.reveal()}`,
    };
    const post = (body: string, more: Record<string, string> = {}) =>
      fetch(`${door.url}/mcp`, { method: "POST", body, headers: { ...headers, ...more } });
    const session = { "mcp-session-id": (await post(initialize)).headers.get("mcp-session-id") ?? "" };
    // The card's look-up keeps the first call under way until the second has come.
    world.sandbox.control.setFaults([{ match: { method: "GET" }, fault: "latency", ms: 150 }]);
    const call = (action: string) =>
      JSON.stringify({
        jsonrpc: "2.0",
        id: 7,
        method: "tools/call",
        params: { name: "write", arguments: { action, args: { id: "Abc123" }, reason: "x" } },
      });
    const answers = await Promise.all([post(call("delete_list"), session), post(call("delete_segment"), session)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400]);
    await door.close();
  });

  it("that is too large", async () => {
    expect(await send(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"${"y".repeat(7_000_000)}"}}`)).toBe(413);
  });
});
