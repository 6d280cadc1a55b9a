import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApp, type App } from "../../src/app.ts";
import type { CallResult } from "../../src/gate/call.ts";
import { createManualClock, type ManualClock } from "../../src/lib/clock.ts";
import { halyard } from "../fixtures/doors.ts";
import { configFor, createWorld, START_MS, type World } from "../fixtures/world.ts";

/** The promise (attack M9): a store that was restored to before the last writes sends nothing until its owner has said that it counts. */
let world: World;
let clock: ManualClock;
const apps: App[] = [];
beforeEach(async () => {
  world = await createWorld();
  world.setPolicy("version: 1\npreset: operator\nrules: [{id: ask-lists, effect: ask, actions: [create_list]}]\n");
  clock = createManualClock(START_MS);
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  await world.close();
});

const open = async (): Promise<App> => {
  const app = await openApp(configFor(world.config.home), { clock });
  apps.push(app);
  return app;
};
const closeAll = async (): Promise<void> => {
  for (const app of apps.splice(0)) await app.close();
};
const posts = (): number => world.sandbox.control.ledger().filter(({ method }) => method === "POST").length;
const tag = (app: App, name: string): Promise<CallResult> =>
  app.gate.call(world.agent, { action: "create_tag", args: { name }, intent: "write" });
const list = (app: App): Promise<CallResult> =>
  app.gate.call(world.agent, { action: "create_list", args: { name: "VIP" }, intent: "write" });

function backUp({ config }: World): void {
  const database = new Database(join(config.home, "halyard.db"));
  database.exec(`vacuum into '${join(config.home, "backup")}'`);
  database.close();
}

function putBack({ config }: World): void {
  for (const ending of ["-wal", "-shm"]) rmSync(join(config.home, `halyard.db${ending}`), { force: true });
  copyFileSync(join(config.home, "backup"), join(config.home, "halyard.db"));
}

/** A write before the backup and, after it, one more and the use of an approval. */
async function restored(): Promise<{ app: App; approvalId: string }> {
  await world.app.close();
  const first = await open();
  expect(await tag(first, "before")).toMatchObject({ status: "done" });
  const asked = await list(first);
  const approvalId = "approval_id" in asked ? (asked.approval_id ?? "") : "";
  await first.gate.approve(approvalId, "cli:anna", { run: false });
  backUp(world);
  expect(await list(first)).toMatchObject({ status: "done" });
  expect(await tag(first, "after")).toMatchObject({ status: "done" });
  await closeAll();
  putBack(world);
  expect(posts()).toBe(3);
  return { app: await open(), approvalId };
}

it("freezes every write, says why, lets reads go on, and goes on when the owner accepts it", async () => {
  const { app, approvalId } = await restored();
  const frozen = { code: "restored", hint: expect.stringContaining("audit accept-restore") };
  await expect(tag(app, "again")).rejects.toMatchObject(frozen);
  await expect(list(app)).rejects.toMatchObject(frozen);
  await expect(app.gate.approve(approvalId, "cli:anna", { run: true })).rejects.toMatchObject(frozen);
  expect(await app.gate.call(world.agent, { action: "get_lists", args: {}, intent: "read" })).toMatchObject({ status: "done" });
  // Still so after another start: the freeze is in the store.
  await closeAll();
  const next = await open();
  await expect(tag(next, "again")).rejects.toMatchObject(frozen);
  expect(posts()).toBe(3);

  const { gap, voided } = await next.audit.acceptRestore("cli:anna");
  expect(gap.marked.seq).toBeGreaterThan(gap.head.seq);
  expect(voided).toBe(1);
  // What was used after the backup is not used again: it is a new question.
  const asked = await list(next);
  expect(asked).toMatchObject({ status: "approval_required" });
  expect(asked).not.toMatchObject({ approval_id: approvalId });
  expect(posts()).toBe(3);
  expect(await tag(next, "again")).toMatchObject({ status: "done" });
  const events = (await next.store.audit.list({ limit: 1000 })).map(({ event }) => event);
  expect(events).toEqual(expect.arrayContaining(["epoch.gap", "epoch.accepted"]));
  expect(await next.verifyAudit()).not.toHaveProperty("bad");
  // And the next start finds nothing wrong.
  await closeAll();
  expect(await (await open()).audit.gap()).toBeUndefined();
});

it("a second restore, to before the acceptance, freezes again", async () => {
  const { app } = await restored();
  await app.audit.acceptRestore("cli:anna");
  expect(await tag(app, "accepted")).toMatchObject({ status: "done" });
  await closeAll();
  putBack(world);
  await expect(tag(await open(), "again")).rejects.toMatchObject({ code: "restored" });
});

it("a checkpoint that was kept elsewhere tells the lost end from a whole record", async () => {
  await world.app.close();
  const first = await open();
  await tag(first, "before");
  backUp(world);
  await tag(first, "after");
  const { token } = await first.audit.checkpoint();
  expect(await first.audit.verify({ checkpoint: token })).not.toHaveProperty("bad");
  await closeAll();
  putBack(world);
  rmSync(join(world.config.home, "audit.mark"));
  const next = await open();
  // Without the file nothing in the store shows it; the checkpoint does.
  expect(await next.verifyAudit()).not.toHaveProperty("bad");
  expect((await next.audit.verify({ checkpoint: token })).bad).toMatchObject({ kind: expect.stringMatching(/cut|rewritten/) });
  const other = await createWorld();
  await expect(other.app.audit.verify({ checkpoint: token })).rejects.toMatchObject({ code: "usage" });
  await other.close();
});

describe("what is no restore freezes nothing", () => {
  it("an ordinary start, a second process, a new folder beside the same store", async () => {
    await tag(world.app, "one");
    const second = await open();
    expect(await tag(second, "two")).toMatchObject({ status: "done" });
    expect(await tag(world.app, "three")).toMatchObject({ status: "done" });
    rmSync(join(world.config.home, "audit.mark"));
    expect(await tag(await open(), "four")).toMatchObject({ status: "done" });
  });

  it("a torn or foreign line in the file", async () => {
    await tag(world.app, "one");
    const file = join(world.config.home, "audit.mark");
    const text = readFileSync(file, "latin1");
    const foreign = `0 999999 ${"a".repeat(64)} ${"b".repeat(64)}`.padEnd(256);
    writeFileSync(file, foreign + text.slice(256).replace(/[0-9a-f]{3}\s*$/, ""));
    expect(await tag(await open(), "two")).toMatchObject({ status: "done" });
  });

  it("pruned rows", async () => {
    await tag(world.app, "one");
    world.clock.advance(3 * 86_400_000);
    clock.set(world.clock.now());
    await world.read("get_lists");
    await world.app.audit.prune(world.clock.now() - 86_400_000, "cli:anna");
    expect(await world.app.verifyAudit()).toMatchObject({ first: expect.any(Number) });
    expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
    expect(await tag(await open(), "two")).toMatchObject({ status: "done" });
  });
});

it("nothing is sent while the mark cannot be written", async () => {
  mkdirSync(join(world.config.home, "audit.mark"));
  expect(await tag(world.app, "one")).toMatchObject({ status: "failed", error: { code: "store_unavailable" } });
  expect(posts()).toBe(0);
});

it("the command line says it, asks, and lets go on", async () => {
  await world.app.close();
  const real = await createWorld({ realTime: true });
  try {
    real.setPolicy("version: 1\npreset: operator\nrules: []\n");
    backUp(real);
    await real.write("create_tag", { name: "x" });
    await real.app.close();
    putBack(real);
    const doctor = await halyard(real, ["doctor"]);
    expect([doctor.status, doctor.stdout]).toEqual([1, expect.stringContaining("audit accept-restore")]);
    expect(await halyard(real, ["audit", "accept-restore"])).toMatchObject({ status: 2 });
    const accepted = await halyard(real, ["audit", "accept-restore", "--yes"]);
    expect([accepted.status, accepted.stdout]).toEqual([0, expect.stringContaining("Writes go on")]);
    expect(await halyard(real, ["audit", "accept-restore", "--yes"])).toMatchObject({ status: 75 });
  } finally {
    await real.close();
  }
});
