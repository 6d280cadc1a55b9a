import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canariesIn } from "../../test/canary.ts";
import { errorReport, HalyardError } from "../lib/errors.ts";
import { randomBytes } from "../lib/ids.ts";
import { Secret } from "../lib/secret.ts";
import { createManualClock } from "../lib/clock.ts";
import { openStore, type Store } from "../store/store.ts";
import type { MasterKeySources } from "./master-key.ts";
import type { PassphraseCost } from "./passphrase.ts";
import { openVault } from "./vault.ts";

const context = { connection: "conn_1", account: "AbC123", purpose: "klaviyo-key", version: 1 };
const NOW = Date.UTC(2026, 6, 15, 10);
const cheap: PassphraseCost = { name: "scrypt", N: 1024, r: 8, p: 1 };
let home: string;
let keyFile: string;
let store: Store;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "halyard-vault-"));
  keyFile = join(home, "keys", "master.key");
  store = await openStore({ url: `file:${join(home, "halyard.db")}`, clock: createManualClock(NOW) });
});
afterEach(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const open = (sources: Partial<MasterKeySources> = {}, passphraseCost = cheap) =>
  openVault({ sources: { keyFile, ...sources }, store, random: randomBytes, nowMs: NOW, passphraseCost });
const failureOf = async (work: Promise<unknown>): Promise<HalyardError> => {
  const thrown: unknown = await work.catch((error: unknown) => error);
  if (!(thrown instanceof HalyardError)) throw new Error("nothing of ours was thrown", { cause: thrown });
  return thrown;
};

describe("the key file", () => {
  it("is made on the first start, for its owner alone, and opens the same secrets later", async () => {
    const vault = await open();
    expect(vault.provider).toBe("key-file");
    const sealed = vault.seal(new Secret("pk_1"), context);
    expect((await open()).open(sealed, context).reveal()).toBe("pk_1");
    expect([statSync(join(home, "keys")).mode & 0o777, statSync(keyFile).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(readdirSync(join(home, "keys"))).toEqual(["master.key"]);
  });

  it("is never made anew when it is missing", async () => {
    await open();
    rmSync(keyFile);
    const failure = await failureOf(open());
    expect(failure).toMatchObject({
      code: "master_key",
      message: expect.stringContaining(keyFile),
      hint: expect.stringContaining("backup"),
    });
    expect(existsSync(keyFile)).toBe(false);
  });

  it("is refused while others may read it, with the command to run", async () => {
    await open();
    for (const mode of [0o640, 0o604, 0o620]) {
      chmodSync(keyFile, mode);
      expect(await failureOf(open())).toMatchObject({ code: "master_key", hint: `Run: chmod 600 ${keyFile}` });
    }
  });

  it("is refused when it was replaced or is not a key, without a word of what is in it", async () => {
    await open();
    writeFileSync(keyFile, randomBytes(32).toString());
    expect((await failureOf(open())).message).toMatch(/not 32 bytes/);
    const other = Buffer.from(randomBytes(32)).toString("base64");
    writeFileSync(keyFile, other);
    const failure = await failureOf(open());
    expect(failure).toMatchObject({ code: "master_key", message: expect.stringContaining("not the one that this store was sealed with") });
    expect(canariesIn(inspect(failure, { depth: 9 }), other)).toEqual([]);
  });

  it("cannot be made where its directory is a file", async () => {
    writeFileSync(join(home, "keys"), "");
    expect(await failureOf(open())).toMatchObject({ code: "master_key" });
  });

  it("is one and the same for many processes that start at once", async () => {
    const program = `
      import { openVault } from ${JSON.stringify(new URL("./vault.ts", import.meta.url).href)};
      import { openStore } from ${JSON.stringify(new URL("../store/store.ts", import.meta.url).href)};
      import { systemClock } from ${JSON.stringify(new URL("../lib/clock.ts", import.meta.url).href)};
      import { randomBytes } from ${JSON.stringify(new URL("../lib/ids.ts", import.meta.url).href)};
      const store = await openStore({ url: process.argv[2], clock: systemClock });
      const vault = await openVault({ sources: { keyFile: process.argv[1] }, store, random: randomBytes, nowMs: 0 });
      process.stdout.write(vault.mac("x", "test"));
      await store.close();`;
    const outputs = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const child = spawn(
          process.execPath,
          ["--input-type=module-typescript", "-e", program, keyFile, `file:${join(home, "halyard.db")}`],
          {
            stdio: ["ignore", "pipe", "inherit"],
          },
        );
        return Buffer.concat(await child.stdout.toArray()).toString();
      }),
    );
    expect(outputs[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(outputs).size).toBe(1);
  });
});

describe("the other sources", () => {
  const key = Buffer.from(randomBytes(32));

  it.each(["base64", "base64url", "hex"] as const)(
    "takes the environment's key in %s, and it may move between sources",
    async (encoding) => {
      const vault = await open({ environmentKey: new Secret(` ${key.toString(encoding)}\n`) });
      expect(vault.provider).toBe("environment");
      expect(existsSync(keyFile)).toBe(false);
      const sealed = vault.seal("pk_1", context);
      for (const bytes of [key, Buffer.from(`${key.toString("hex")}\n`), Buffer.from(key.toString("base64"))]) {
        writeFileSync(join(home, "given"), bytes);
        const later = await open({ fileDescriptor: openSync(join(home, "given"), "r") });
        expect([later.provider, later.open(sealed, context).reveal()]).toEqual(["file-descriptor", "pk_1"]);
      }
    },
  );

  it("takes the first that is given", async () => {
    const credentialFile = join(home, "halyard-master-key");
    const all = { credentialFile, fileDescriptor: 9999, environmentKey: new Secret(key.toString("hex")), passphrase: new Secret("p") };
    expect((await failureOf(open(all))).message).toMatch(/descriptor 9999/);
    expect((await open({ ...all, fileDescriptor: undefined })).provider).toBe("environment");
    writeFileSync(credentialFile, key);
    const vault = await open(all);
    expect(vault.chain.map(({ provider, state }) => [provider, state])).toEqual([
      ["systemd-credential", "used"],
      ["file-descriptor", "not asked"],
      ["environment", "not asked"],
      ["keyring", "not asked"],
      ["passphrase", "not asked"],
      ["key-file", "not asked"],
    ]);
  });

  it.each(["", "secret", "0".repeat(63), "=".repeat(44)])("refuses %j as a key", async (text) => {
    expect(await failureOf(open({ environmentKey: new Secret(text) }))).toMatchObject({
      code: "master_key",
      hint: expect.stringContaining("openssl"),
    });
    expect(await store.masterKeys.list()).toEqual([]);
  });

  it("opens with the same passphrase, however its letters are composed, and with no other", async () => {
    const vault = await open({ passphrase: new Secret("caf\u00e9 au lait") });
    const sealed = vault.seal("pk_1", context);
    const again = await open({ passphrase: new Secret("cafe\u0301 au lait") }, { name: "scrypt", N: 2, r: 1, p: 1 });
    expect([again.provider, again.open(sealed, context).reveal()]).toEqual(["passphrase", "pk_1"]);
    expect(await failureOf(open({ passphrase: new Secret("cafe au lait") }))).toMatchObject({
      code: "master_key",
      message: expect.stringContaining("passphrase"),
    });
    expect(await failureOf(open({ passphrase: new Secret("") }))).toMatchObject({ code: "master_key" });
  });

  it("says which key is missing or wrong when the store was sealed with another source", async () => {
    await open({ environmentKey: new Secret(key.toString("hex")) });
    expect((await failureOf(open())).message).toMatch(/No master key was given.*the environment/);
    expect((await failureOf(open({ passphrase: new Secret("p") }))).message).toMatch(/not sealed with a passphrase.*the environment/);
    const other = new Secret(Buffer.from(randomBytes(32)).toString("hex"));
    expect(await failureOf(open({ environmentKey: other }))).toMatchObject({ hint: expect.stringContaining("as it was") });
    writeFileSync(join(home, "other.key"), other.reveal(), { mode: 0o600 });
    const failure = await failureOf(open({ keyFile: join(home, "other.key") }));
    expect(failure).toMatchObject({
      message: expect.stringMatching(/key file.*came from the environment/),
      hint: expect.stringContaining("the environment again"),
    });
  });

  it("says so when its own record in the store was changed", async () => {
    await store.meta.set("vault.check", "{");
    expect(await failureOf(open())).toMatchObject({ code: "store_corrupt" });
  });
});

describe("the vault", () => {
  it("makes a code that depends on text, purpose and store", async () => {
    const vault = await open();
    const code = vault.mac("text", "approval");
    expect(code).toMatch(/^[0-9a-f]{64}$/);
    expect((await open()).mac("text", "approval")).toBe(code);
    const other = await openStore({ url: `file:${join(home, "other.db")}`, clock: createManualClock(NOW) });
    const vaultOfOther = await openVault({ sources: { keyFile }, store: other, random: randomBytes, nowMs: NOW });
    await other.close();
    const others = [vault.mac("text2", "approval"), vault.mac("text", "card"), vaultOfOther.mac("text", "approval")];
    expect(new Set([code, ...others]).size).toBe(4);
  });

  it("shows neither secret nor key in anything that can be printed or stored", async () => {
    const canary = "pk_canary_7f3e19b2c4";
    const vault = await open();
    const sealed = vault.seal(new Secret(canary), context);
    const opened = vault.open(sealed, context);
    const thrown = [{ ...context, version: 2 }, context].map((other, n) => {
      try {
        return vault.open(n === 0 ? sealed : `${sealed.slice(0, -4)}AAAA`, other);
      } catch (error) {
        return error;
      }
    });
    expect(thrown.map((error) => error instanceof HalyardError)).toEqual([true, true]);
    const sinks = [
      sealed,
      ...[vault, opened, ...thrown].flatMap((value) => [
        inspect(value, { depth: 9, showHidden: true }),
        String(value),
        JSON.stringify(value),
        errorReport(value).message,
      ]),
      ...thrown.map((error) => (error instanceof Error ? `${error.stack}` : "")),
      JSON.stringify([await store.masterKeys.list(), await store.dataKeys.list()]),
    ].join("\n");
    expect(canariesIn(sinks, canary)).toEqual([]);
    const master = Buffer.from(readFileSync(keyFile, "utf8"), "base64");
    for (const form of ["latin1", "hex", "base64", "base64url"] as const) expect(sinks).not.toContain(master.toString(form));
    expect(canariesIn(`${inspect(vault)} ${opened.reveal()}`, canary)).not.toEqual([]);
  });
});
