import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { credentialsOf } from "../../src/gate/credentials.ts";
import { Secret } from "../../src/lib/secret.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { openSecrets } from "../../src/secrets.ts";
import { environmentOf } from "../fixtures/doors.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: a key that was replaced, rotated or revoked opens nothing and is in no file; a key of another account never takes its place. */
let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** The database with its log, as another process reads it: closing it in this one would drop the locks. */
function files(): string {
  const base = join(world.config.home, "halyard.db");
  return [base, `${base}-wal`]
    .filter(existsSync)
    .map((path) => execFileSync("cat", [path], { maxBuffer: 2 ** 30 }).toString("latin1"))
    .join("");
}

async function sealedNow(): Promise<string[]> {
  const [secrets, dataKeys] = [await world.app.store.secrets.list(), await world.app.store.dataKeys.list()];
  return [...secrets.map(({ sealed }) => sealed), ...dataKeys.filter((row) => row.connection_id !== null).map(({ wrapped }) => wrapped)];
}

it("a new key of the same account takes the place of the old, which is in no file any more", async () => {
  const before = await sealedNow();
  expect(before).toHaveLength(2);
  const key = world.sandbox.control.createKey("second", null);
  await world.app.connections.replace("shop", new Secret(key));
  const connection = await world.app.connections.find("shop");
  expect((await credentialsOf(world.app, connection)).key.reveal()).toBe(key);
  for (const text of before) expect(files()).not.toContain(text);
  for (const text of await sealedNow()) expect(files()).toContain(text);
});

it("a key of another account, and an address that is not the connection's, are refused and change nothing", async () => {
  const before = await sealedNow();
  const other = await createSandbox({ limits: "off", seed: "another shop" });
  const key = new Secret(other.keys.full);
  await expect(world.app.connections.connect({ name: "shop", origin: other.url, key })).rejects.toMatchObject({ code: "account_mismatch" });
  // The key did not even travel.
  expect(other.control.ledger()).toEqual([]);
  await expect(world.app.connections.replace("shop", key)).rejects.toMatchObject({ code: "key_rejected" });
  await other.close();
  expect(await sealedNow()).toEqual(before);
});

it("a new data key seals the same key anew, and the master key may follow while the gateway runs", async () => {
  const before = await sealedNow();
  await world.app.connections.rotateDataKey("shop", "test");
  for (const text of before) expect(files()).not.toContain(text);
  expect(await world.read("get_lists")).toMatchObject({ status: "done" });
  const desk = await openSecrets(world.config);
  await desk.rotate({ by: "test" });
  await desk.close();
  expect(await world.read("get_lists")).toMatchObject({ status: "done" });
  expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
});

it("revoked, the sealed key and its data key are gone from database and log", async () => {
  const before = await sealedNow();
  expect(await world.app.connections.revoke("shop", "test")).toMatchObject({ under_way: [], held_back: 0, purged: true });
  for (const text of before) expect(files()).not.toContain(text);
  await expect(world.read("get_lists")).rejects.toMatchObject({ code: "connection_revoked" });
});

it("a process whose memory can be read does not open a real account's store", async () => {
  const main = join(import.meta.dirname, "../../src/main.ts");
  const [shop] = await world.app.connections.list();
  await world.app.store.connections.insert({
    ...shop,
    id: "conn_real",
    name: "real",
    kind: "klaviyo",
    origin: "https://a.klaviyo.com",
    account_id: "AbC123",
    account_name: "Real",
    scopes: [],
    status: "active",
    created_at: 0,
    checked_at: 0,
    revoked_at: null,
  });
  const run = async (...flags: string[]): Promise<string> => {
    const child = spawn(process.execPath, [...flags, main, "connections", "--json"], {
      env: environmentOf(world),
      stdio: ["ignore", "pipe", "pipe"],
    });
    return Buffer.concat((await Promise.all([child.stdout.toArray(), child.stderr.toArray()])).flat() as Buffer[]).toString();
  };
  expect(await run("--inspect=127.0.0.1:0")).toContain("inspector is open");
  expect(await run()).toContain('"name":"shop"');
});
