import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApp, type App } from "../../src/app.ts";
import type { Caller } from "../../src/gate/call.ts";
import { Secret } from "../../src/lib/secret.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { configFor, temporaryHome } from "../fixtures/world.ts";
import { postgresDatabases, postgresSource } from "../store/databases.ts";

/** The promise (attack J1) under the real conditions: a disk without space, and a Postgres server that dies. */
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox({ limits: "off", profiles: 2 });
});
afterEach(() => sandbox.close());

async function gateOn(home: string, databaseUrl: string): Promise<{ app: App; caller: Caller }> {
  const app = await openApp({ ...configFor(home), databaseUrl });
  await app.connections.connect({ name: "shop", origin: sandbox.url, key: new Secret(sandbox.keys.full) });
  writeFileSync(join(home, "policies", "shop.yaml"), "version: 1\npreset: operator\nrules: []\n");
  const { token } = await app.agents.add({ name: "claude", connection: "shop" });
  return { app, caller: await app.agents.byToken(token.reveal(), "stdio") };
}
const write = (app: App, caller: Caller, name: string) => app.gate.call(caller, { action: "create_tag", args: { name }, intent: "write" });
const tags = (): number => sandbox.control.ledger().filter(({ method, path }) => method === "POST" && path === "/api/tags").length;

/** A file system of 8 MB: only root can make one, and not everywhere. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "halyard-disk-"));
  return spawnSync("/bin/mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", folder]).status === 0 ? folder : undefined;
}

const disk = process.getuid?.() === 0 ? smallDisk() : undefined;
describe.skipIf(disk === undefined)("a disk that is full", () => {
  it("takes no intent, so nothing is sent; with space again writes go on", { timeout: 60_000 }, async () => {
    const folder = disk ?? "";
    const home = temporaryHome();
    const { app, caller } = await gateOn(home, `file:${join(folder, "halyard.db")}`);
    expect(await write(app, caller, "before")).toMatchObject({ status: "done" });
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(join(folder, "ballast"), Buffer.alloc(Number(bavail) * Number(bsize)));
    const before = tags();
    for (let n = 0; n < 5; n++)
      await expect(write(app, caller, `full ${n}`)).rejects.toMatchObject({ code: "store_full", hint: expect.stringContaining("space") });
    expect(tags()).toBe(before);
    rmSync(join(folder, "ballast"));
    expect(await write(app, caller, "after")).toMatchObject({ status: "done" });
    expect(await app.verifyAudit()).not.toHaveProperty("bad");
    const rows = await app.store.audit.list({ limit: 1000 });
    expect(rows.filter(({ event }) => event === "unrecorded").map(({ fields }) => fields["counts"])).toEqual([{ refused: 5 }]);
    await app.close();
    execFileSync("/bin/umount", [folder]);
    for (const path of [folder, home]) rmSync(path, { recursive: true, force: true });
  });
});

const source = postgresSource();
describe.skipIf(source.from !== "own cluster")("a Postgres server that dies", () => {
  it("takes no intent, so nothing is sent, and the caller is told", { timeout: 120_000 }, async () => {
    if (source.from === "none") return;
    const home = temporaryHome();
    const databases = postgresDatabases(source);
    const { url } = await databases.create();
    const { app, caller } = await gateOn(home, url);
    expect(await write(app, caller, "before")).toMatchObject({ status: "done" });
    expect(await app.verifyAudit()).not.toHaveProperty("bad");
    const { token } = await app.audit.checkpoint();
    expect(await app.audit.verify({ checkpoint: token })).not.toHaveProperty("bad");
    const before = tags();
    // The cluster is stopped at once, as by a crash; dropping what was made in it is not wanted any more.
    await databases.stop();
    await expect(write(app, caller, "during")).rejects.toMatchObject({ code: "store_unavailable" });
    expect(tags()).toBe(before);
    await app.close();
    rmSync(home, { recursive: true, force: true });
  });
});
