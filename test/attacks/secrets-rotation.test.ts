import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createManualClock } from "../../src/lib/clock.ts";
import { randomBytes } from "../../src/lib/ids.ts";
import { Secret } from "../../src/lib/secret.ts";
import { openSecrets } from "../../src/secrets.ts";
import { openStore } from "../../src/store/store.ts";
import { openVault } from "../../src/vault/vault.ts";
import type { MasterKeySources } from "../../src/vault/master-key.ts";
import { ROTATION_STEPS } from "../../src/vault/rotation.ts";
import { configFor, START_MS, temporaryHome } from "../fixtures/world.ts";
import { connectionRow } from "../store/rows.ts";
import { CHEAP } from "./secrets-costs.ts";

/** Attack I10: a rotation that is killed. Whatever the step, one of the two keys opens everything, and the next rotation finishes. */
const CHILD = join(import.meta.dirname, "child-secrets-rotate.ts");
const CONTEXT = { connection: "conn_1", account: "AbC123", purpose: "klaviyo-key", version: 1 };
const KEY = "pk_4f9a7c1e5b3d8026af94ce71b05d3826e9";
const ENV_KEY = "ab".repeat(32);

let home: string;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const given = (sources: Partial<MasterKeySources>): MasterKeySources => ({ ...configFor(home).masterKey, ...sources });
const opened = async (sources: Partial<MasterKeySources>) => {
  const store = await openStore({ url: configFor(home).databaseUrl, clock: createManualClock(START_MS) });
  try {
    const vault = await openVault({ sources: given(sources), store, random: randomBytes, nowMs: START_MS, passphraseCost: CHEAP });
    return { store, vault };
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
};

interface Sealed {
  mac: string;
  sealed: string;
  ofConnection: string;
}

/** A store with something sealed under its own key, and under a connection's. */
async function seal(sources: Partial<MasterKeySources>): Promise<Sealed> {
  const { store, vault } = await opened(sources);
  await store.connections.insert(connectionRow());
  const dataKey = await store.transaction((tables) => vault.makeDataKey(tables, "dk_1", "conn_1", START_MS));
  const all = { mac: vault.mac("x", "approval"), sealed: vault.seal("own", CONTEXT), ofConnection: dataKey.seal(new Secret(KEY), CONTEXT) };
  await store.close();
  return all;
}

/** Whether these sources open all of it; undefined when the vault refuses them. */
async function reads(sources: Partial<MasterKeySources>, { mac, sealed, ofConnection }: Sealed): Promise<boolean | undefined> {
  const ours = await opened(sources).catch((thrown: unknown) => {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "master_key") return undefined;
    throw thrown;
  });
  if (!ours) return undefined;
  const { store, vault } = ours;
  const row = await store.dataKeys.find("dk_1");
  const key = row && (await vault.openDataKey(row)).open(ofConnection, CONTEXT).reveal();
  const isWhole = vault.mac("x", "approval") === mac && vault.open(sealed, CONTEXT).reveal() === "own" && key === KEY;
  const verdict = await store.audit.verify();
  await store.close();
  expect(verdict).not.toHaveProperty("bad");
  return isWhole;
}

function rotateInChild(step: string, to: string, key: string, environmentKey: string): Promise<string | number | null> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CHILD, home, step, to, key, environmentKey], (error) =>
      resolve(error ? (error.signal ?? error.code ?? 1) : 0),
    );
  });
}

const MOVES = [
  ["a new key file", {}, {}, "", ""],
  ["from the key file to the environment", {}, { environmentKey: new Secret(ENV_KEY) }, "environment", ENV_KEY],
  ["from the environment to the key file", { environmentKey: new Secret(ENV_KEY) }, {}, "key-file", ""],
  ["from the key file to a passphrase", {}, { passphrase: new Secret("correct horse") }, "passphrase", "correct horse"],
] as const;

/** All of them with `npm run attacks:secrets`; in every run of the tests the first, on both sides of the moment that counts. */
const isAll = process.env["ATTACKS"] === "all";
const moves = isAll ? MOVES : MOVES.slice(0, 1);
const steps = isAll ? ROTATION_STEPS : (["kept", "rewrapped"] as const);

describe.each(moves)("a rotation: %s", (_, before, after, to, key) => {
  const environmentKey = "environmentKey" in before ? ENV_KEY : "";

  it.each(steps)("killed when it was %s: old or new, never neither, and the next one finishes", async (step) => {
    const sealed = await seal(before);
    expect(await rotateInChild(step, to, key, environmentKey)).toBe("SIGKILL");
    // Where a rotation moves the key, the owner has both and gives one of them.
    const [byOld, byNew] = [await reads(before, sealed), await reads(after, sealed)];
    expect([byOld, byNew]).toContain(true);
    expect([byOld, byNew]).not.toContain(false);
    const isDone = to === "" ? false : byNew === true && byOld === undefined;
    if (!isDone) expect(await rotateInChild("never", to, key, environmentKey)).toBe(0);
    expect(await reads(after, sealed)).toBe(true);
    if (to !== "") expect(await reads(before, sealed)).toBe(undefined);
    if (to !== "environment" && to !== "passphrase") expect(readdirSync(home).filter((name) => name.startsWith("master.key."))).toEqual([]);
  });
});

it("leaves nothing by which the old key opens anything, in no file", async () => {
  const sealed = await seal({});
  const store = await openStore({ url: configFor(home).databaseUrl, clock: createManualClock(START_MS) });
  const wrappedBefore = (await store.dataKeys.list()).map(({ wrapped }) => wrapped);
  await store.close();
  const oldKey = readFileSync(join(home, "master.key"));
  expect(await rotateInChild("never", "", "", "")).toBe(0);
  expect(wrappedBefore).toHaveLength(2);
  for (const name of readdirSync(home)) {
    const bytes = readFileSync(join(home, name)).toString("latin1");
    for (const wrapped of wrappedBefore) expect(bytes.includes(wrapped), name).toBe(false);
    expect(bytes.includes(oldKey.toString("latin1").trim()), name).toBe(false);
  }
  expect(await reads({}, sealed)).toBe(true);
});

it("is told by the doctor while it is not finished, and tells whoever comes with the old key what happened", async () => {
  await seal({});
  await rotateInChild("journalled", "environment", ENV_KEY, "");
  const desk = await openSecrets(configFor(home));
  expect(await desk.survey()).toMatchObject({ unfinishedSince: expect.any(Number), active: { provider: "key-file" } });
  await desk.close();
  expect(await rotateInChild("never", "environment", ENV_KEY, "")).toBe(0);
  expect(existsSync(join(home, "master.key"))).toBe(false);
  expect(await rotateInChild("never", "environment", "cd".repeat(32), ENV_KEY)).toBe(0);
  await expect(opened({ environmentKey: new Secret(ENV_KEY) })).rejects.toMatchObject({
    code: "master_key",
    message: expect.stringMatching(/was replaced at .* opens nothing any more/),
  });
});

it("two at once: one wins, the other says so, and everything opens", async () => {
  const sealed = await seal({});
  const ends = await Promise.all([rotateInChild("never", "", "", ""), rotateInChild("never", "", "", "")]);
  expect(ends).toContain(0);
  expect(await reads({}, sealed)).toBe(true);
});
