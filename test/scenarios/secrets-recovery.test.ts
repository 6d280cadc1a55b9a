import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openApp } from "../../src/app.ts";
import { Secret } from "../../src/lib/secret.ts";
import { openSecrets, type SecretsDesk } from "../../src/secrets.ts";
import { CHEAP } from "../attacks/secrets-costs.ts";
import { canariesIn } from "../canary.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: with the recovery file and its phrase the keys open again on a new machine, and with neither alone. */
let world: World;
let desk: SecretsDesk;
let file: string;
let keyFile: string;
beforeEach(async () => {
  world = await createWorld();
  desk = await openSecrets(world.config, { recoveryCost: CHEAP });
  file = join(world.config.home, "recovery.json");
  keyFile = world.config.masterKey.keyFile;
});
afterEach(async () => {
  await desk.close();
  await world.close();
});

it("restores a lost master key, and the connection works again", async () => {
  const before = readFileSync(keyFile, "utf8").trim();
  const { phrase } = await desk.exportRecovery(file, "test");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(canariesIn(readFileSync(file, "utf8"), before)).toEqual([]);
  rmSync(keyFile);
  await expect(openApp(world.config)).rejects.toMatchObject({ code: "master_key", hint: expect.stringContaining("import-recovery") });
  const typed = phrase.reveal().toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l");
  await desk.importRecovery(file, new Secret(typed), "test");
  expect([readFileSync(keyFile, "utf8").trim(), statSync(keyFile).mode & 0o777]).toEqual([before, 0o600]);
  const next = await openApp(world.config, { clock: world.clock });
  expect(await next.connections.check("shop")).toMatchObject({ ok: true });
  await next.close();
  expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
});

it("changes nothing for a wrong phrase, another's file, or the file of a key that was rotated away", async () => {
  const { phrase } = await desk.exportRecovery(file, "test");
  const other = await desk.exportRecovery(`${file}.2`, "test");
  await expect(desk.exportRecovery(file, "test")).rejects.toMatchObject({ code: "usage", message: expect.stringContaining("exists") });
  rmSync(keyFile);
  await expect(desk.importRecovery(file, other.phrase, "test")).rejects.toMatchObject({
    message: expect.stringContaining("does not open"),
  });
  const slip = `${phrase.reveal().slice(0, -1)}${phrase.reveal().endsWith("A") ? "B" : "A"}`;
  await expect(desk.importRecovery(file, new Secret(slip), "test")).rejects.toMatchObject({ message: expect.stringContaining("slip") });
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/"made_at": "2026/, '"made_at": "2025'));
  await expect(desk.importRecovery(file, phrase, "test")).rejects.toMatchObject({ code: "usage" });
  expect(() => statSync(keyFile)).toThrow("ENOENT");
  writeFileSync(file, text);
  await desk.importRecovery(file, phrase, "test");
  await desk.rotate({ by: "test" });
  await expect(desk.importRecovery(file, phrase, "test")).rejects.toMatchObject({ message: expect.stringContaining("was replaced at") });
});
