import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { canariesIn } from "../canary.ts";
import { halyard, httpAgent, type Agent } from "../fixtures/doors.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: the key is nowhere but sealed, and goes nowhere but to its account. Each sink is searched for it in every encoding. */
let world: World;
let agent: Agent;
let key: string;
beforeAll(async () => {
  world = await createWorld({ realTime: true });
  key = world.sandbox.keys.full;
  agent = await httpAgent(world);
});
afterAll(async () => {
  await agent.close();
  await world.close();
});

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}

it("the search would find it", () => {
  expect(canariesIn(`x ${Buffer.from(key).toString("base64")} y`, key)).not.toEqual([]);
});

it("no file of the state folder holds it", async () => {
  await agent.call("read", { action: "get_lists", args: {} });
  await agent.call("write", { action: "create_list", args: { name: "x" }, reason: "x" });
  const files = filesIn(world.config.home);
  expect(files.length).toBeGreaterThan(2);
  // Read by another process: closing a database file in this one would drop the locks on it.
  const bytesOf = (path: string): string => execFileSync("cat", [path], { maxBuffer: 2 ** 30 }).toString("latin1");
  for (const path of files) expect(canariesIn(bytesOf(path), key), path).toEqual([]);
});

it("no answer to an agent holds it, whatever goes wrong", async () => {
  const answers: string[] = [];
  const collect = async (tool: string, args: Parameters<Agent["call"]>[1]): Promise<void> => {
    answers.push(JSON.stringify(await agent.call(tool, args)));
  };
  await collect("account_overview", {});
  await collect("read", { action: "get_accounts", args: {} });
  for (const fault of ["error_before", "html_error", "redirect", "malformed_body", "torn_body", "drop_before"] as const) {
    world.sandbox.control.setFaults([{ match: { method: "GET" }, fault, times: 1, location: `http://127.0.0.1/${key}` }]);
    await collect("read", { action: "get_list", args: { id: "Abc123" } });
  }
  world.sandbox.control.clearFaults();
  expect(answers.flatMap((text) => canariesIn(text, key))).toEqual([]);
});

it("no command prints it", async () => {
  const commands = [
    ["connections", "--json"],
    ["doctor"],
    ["activity", "--json"],
    ["policy", "show"],
    ["agents", "--json"],
    ["connect", key],
    ["call", "get_accounts"],
  ];
  for (const command of commands) {
    const { stdout, stderr } = await halyard(world, command);
    expect(canariesIn(stdout + stderr, key), command[0]).toEqual([]);
  }
});

it("once revoked it is gone, and nothing is sent any more", async () => {
  expect((await halyard(world, ["revoke", "shop", "--yes"])).status).toBe(0);
  // What is left is the gateway's own: the key that signs checkpoints and those of the days.
  expect((await world.app.store.secrets.list()).filter(({ connection_id }) => connection_id !== null)).toEqual([]);
  world.ledger();
  const { isError, data } = await agent.call("read", { action: "get_lists", args: {} });
  expect([isError, JSON.stringify(data)]).toEqual([true, expect.stringContaining("connection_revoked")]);
  expect(world.ledger()).toEqual([]);
});
