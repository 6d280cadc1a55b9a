import { execFileSync, spawn } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { createLog } from "../../src/lib/log.ts";
import { createHttpDoor } from "../../src/mcp/http.ts";
import type { FaultKind } from "../../src/sandbox/server/faults.ts";
import { agentAt, halyard, stdioAgent, type Agent } from "../fixtures/doors.ts";
import { createWorld, type World } from "../fixtures/world.ts";
import { disguises, traces } from "./secrets-sinks.ts";

/** Attacks I1 to I3, I6: a canary key on every path that fails, through every door, and every sink searched in every disguise. */
let world: World;
let key: string;
const sinks = new Map<string, (Buffer | string)[]>();
const sink = (name: string, ...bytes: (Buffer | string)[]): void => void sinks.set(name, [...(sinks.get(name) ?? []), ...bytes]);

beforeAll(async () => {
  world = await createWorld({ realTime: true });
  key = world.sandbox.keys.full;
  world.setPolicy("version: 1\npreset: operator\nrules: []\n");
}, 120_000);
afterAll(() => world.close());

const FAULTS: FaultKind[] = [
  "error_before",
  "error_after",
  "drop_before",
  "drop_after",
  "torn_body",
  "malformed_body",
  "html_error",
  "redirect",
  "oversized_body",
  "revoked_key",
  "missing_scope",
  "retired_revision",
  "rate_limit",
];

/** Calls that go wrong before, on and after the way; some carry the key themselves. */
const CALLS: [tool: string, args: JsonObject][] = [
  ["read", { action: "get_list", args: { id: "Abc123" } }],
  ["write", { action: "create_list", args: { name: "x" }, reason: "x" }],
];
const hostile = (): [tool: string, args: JsonObject][] => [
  ["read", { action: key, args: {} }],
  ["read", { action: "get_lists", args: { [key]: key } }],
  ["read", { action: "get_lists", args: { filter: `equals(name,"${key}")` } }],
  ["write", { action: "create_list", args: { name: key }, reason: key }],
  ["write", { action: "create_list", args: `{"name": "${key}"`, reason: "x" }],
  ["describe_action", { action: key }],
  ["search_actions", { query: key }],
  ["approval_status", { approval_id: key }],
  [key, {}],
];

it.each(Object.entries(disguises("pk_4f9a7c1e5b3d8026af94ce71b05d3826e9")))("the search finds a key as %s", (_, bytes) => {
  expect(traces(bytes, "pk_4f9a7c1e5b3d8026af94ce71b05d3826e9")).not.toEqual([]);
});

it("drives every failing path through stdio, HTTP and the command line", async () => {
  const log = createLog({ write: (text: string) => sink("log of the HTTP door", text) }, world.app.clock, "debug");
  const { catalog, gate, overview, agents, clock } = world.app;
  const door = await createHttpDoor({
    version: "test",
    load: () => Promise.resolve({ catalog, gate, overview }),
    authenticate: (token) => agents.byToken(token, "http"),
    host: "127.0.0.1",
    port: 0,
    clock,
    log,
  });
  const doors: [string, Agent][] = [
    ["stdio", await stdioAgent(world)],
    ["HTTP", await agentAt(`${door.url}/mcp`, world.agentToken)],
  ];
  for (const [name, agent] of doors) {
    for (const fault of FAULTS) {
      world.sandbox.control.setFaults([{ fault, times: 2, location: `https://evil.example/${key}`, retry_after: 1 }]);
      for (const [tool, args] of CALLS) sink(`MCP over ${name}`, JSON.stringify(await agent.call(tool, args).catch(String)));
    }
    world.sandbox.control.clearFaults();
    for (const [tool, args] of hostile()) {
      // A refusal may name what it was sent as the protocol has it: the caller's own words go back to the caller alone.
      const answer = JSON.stringify(await agent.call(tool, args).catch(String));
      if (tool !== key) sink(`MCP over ${name}, the key in the call`, answer);
    }
    await agent.close();
  }
  await door.close();
  world.sandbox.control.setFaults([{ fault: "revoked_key", times: 1 }]);
  for (const args of [
    ["call", "get_lists", "--json"],
    ["call", "create_list", "--args", JSON.stringify({ name: key }), "--json"],
    ["connections", "--json"],
    ["doctor", "--json"],
    ["secrets", "doctor", "--json"],
    ["activity", "--json"],
    ["audit", "verify", "--json"],
    ["policy", "show"],
    ["agents", "--json"],
    ["connect", "--name", key],
    ["secrets", "replace", "nobody"],
  ]) {
    const { stdout, stderr } = await halyard(world, args, key);
    sink("the command line", stdout, stderr);
  }
  expect([...sinks.values()].flat().length).toBeGreaterThan(80);
}, 240_000);

it("prints no message when the program crashes, only where", async () => {
  const crash = new URL("../../src/crash.ts", import.meta.url).href;
  for (const thrown of [
    `Object.assign(new TypeError(KEY), { headers: { authorization: KEY } })`,
    "KEY",
    `new Error("x", { cause: KEY })`,
  ]) {
    for (const how of [`throw ${thrown}`, `Promise.reject(${thrown})`]) {
      const program = `const { guardAgainstCrashes } = await import(${JSON.stringify(crash)}); guardAgainstCrashes(); const KEY = process.argv[1]; setTimeout(() => { ${how} });`;
      const child = spawn(process.execPath, ["--input-type=module", "-e", program, key], { stdio: ["ignore", "pipe", "pipe"] });
      const [stdout, stderr] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
      const text = Buffer.concat([...stdout, ...stderr] as Buffer[]).toString();
      expect(text).toContain("Halyard ended");
      sink("a crash", text);
    }
  }
}, 120_000);

it("no sink holds it, in no disguise: output, logs, MCP, record, database, log of the database, policies, a copy", async () => {
  const { store } = world.app;
  sink("audit export", JSON.stringify(await store.audit.list({ limit: 10_000 })));
  // By another process: closing the file in this one would drop the locks on it.
  execFileSync("cp", [join(world.config.home, "halyard.db"), join(world.config.home, "backup.db")]);
  for (const path of filesIn(world.config.home)) sink(`file ${path}`, execFileSync("cat", [path], { maxBuffer: 2 ** 30 }));
  const names = [...sinks.keys()].join("\n");
  for (const wanted of [
    "stdio",
    "HTTP",
    "command line",
    "crash",
    "audit",
    "halyard.db\n",
    "halyard.db-wal",
    "backup.db",
    "shop.yaml",
    "log",
  ])
    expect(`${names}\n`).toContain(wanted);
  for (const [name, all] of sinks)
    for (const bytes of all) expect(traces(bytes, key), `${name}: ${bytes.toString("latin1").slice(0, 300)}`).toEqual([]);
});

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}
