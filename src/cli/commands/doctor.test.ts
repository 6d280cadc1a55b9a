import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HalyardError } from "../../lib/errors.ts";
import { VERSION } from "../../version.ts";
import { runCli, fakeState, type Setting } from "../../../test/fixtures/fake-app.ts";
import { createLoopback, reply } from "../../../test/loopback.ts";

let home = "";

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "halyard-doctor-"));
  await writeFile(join(home, "master.key"), "k", { mode: 0o600 });
});

afterEach(() => rm(home, { recursive: true }));

async function checksOf(setting: Setting = {}, expected = 0) {
  const { status, stdout } = await runCli(["doctor", "--json"], { ...setting, env: { HALYARD_HOME: home, ...setting.env } });
  expect(status).toBe(expected);
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: { name: string; status: string; detail: string; todo?: string }[] };
  expect(ok).toBe(expected === 0);
  return Object.fromEntries(checks.map((check) => [check.name, check]));
}

describe("doctor", () => {
  it("finds a sound installation sound, and warns that an agent with a shell could approve", async () => {
    const checks = await checksOf();
    const { separation, ...rest } = checks;
    expect(separation).toMatchObject({ status: "warn", detail: "an agent that can run commands as anna could run halyard approve itself" });
    expect(Object.values(rest).filter(({ status }) => status !== "ok")).toEqual([]);
    expect(Object.keys(checks)).toEqual([
      "Node",
      "home folder",
      "master key file",
      "database",
      "master key",
      "  key-file",
      "connection shop",
      "policy shop",
      "audit",
      "writes",
      "late effects",
      "unknown outcomes",
      "separation",
      "port",
    ]);
    expect((await checksOf({ state: { agents: [] } }))["separation"]?.status).toBe("ok");
  });

  it("prints a line for each check and what to do below it", async () => {
    const { stdout } = await runCli(["doctor"], { env: { HALYARD_HOME: home } });
    expect(stdout).toMatch(/^ok +Node: 24\.21\.0\n/);
    expect(stdout).toMatch(/\nwarn +separation: .*\n +If your agents have a shell: /);
    expect(stdout).toMatch(/\n14 checks: 0 failed, 1 to look at\.\n$/);
  });

  it("fails on a home folder or key file that others can read, and says the mode", async () => {
    await chmod(home, 0o755);
    await chmod(join(home, "master.key"), 0o640);
    const checks = await checksOf({}, 1);
    expect(checks["home folder"]).toMatchObject({ status: "fail", todo: `chmod 700 ${home}` });
    expect(checks["master key file"]).toMatchObject({ status: "fail", todo: `chmod 600 ${join(home, "master.key")}` });
  });

  it("asks for no key file where the key comes from elsewhere, and warns where there is none yet", async () => {
    await rm(join(home, "master.key"));
    expect((await checksOf())["master key file"]?.status).toBe("warn");
    expect((await checksOf({ env: { HALYARD_PASSPHRASE: "x" } }))["master key file"]?.status).toBe("ok");
  });

  it("sets nothing up where there is nothing", async () => {
    const openApp = () => Promise.reject(new Error("opened"));
    const checks = await checksOf({ env: { HALYARD_HOME: join(home, "new") }, parts: { openApp } });
    expect(Object.keys(checks)).toEqual(["Node", "home folder", "port"]);
    expect(checks["home folder"]?.status).toBe("warn");
  });

  it.each([
    ["master key", new HalyardError("master_key", "It does not fit.", { hint: "Give the right one." }), "It does not fit."],
    ["database", new HalyardError("store_corrupt", "It is damaged."), "It is damaged."],
    ["database", new Error("secret text"), "something unexpected went wrong while checking"],
  ])("fails on a %s that does not open", async (name, thrown, detail) => {
    expect((await checksOf({ parts: { openApp: () => Promise.reject(thrown) } }, 1))[name]).toMatchObject({ status: "fail", detail });
  });

  it("fails on a dead key, a broken policy and a changed record", async () => {
    const checks = await checksOf(
      {
        state: {
          check: { ok: false, code: "key_rejected", detail: "Klaviyo does not know it." },
          policy: { ...fakeState().policy, problem: new HalyardError("policy_invalid", "No preset.") },
          audit: { rows: 1, head: "", bad: { seq: 2, kind: "edited", why: "edited" } },
        },
      },
      1,
    );
    expect(checks["connection shop"]).toMatchObject({
      status: "fail",
      detail: "key_rejected: Klaviyo does not know it.",
      todo: "Give it a new key: halyard connect --name shop",
    });
    expect(checks["policy shop"]).toMatchObject({ status: "fail", detail: "No preset." });
    expect(checks["audit"]).toMatchObject({ status: "fail", detail: "row 2: edited" });
  });

  it("fails while writes are held up and on what happened twice, and warns of unknown outcomes", async () => {
    const note = { call_id: "call_01M8", operation: "create_list", since: "2026-07-15T10:00:00.000Z" };
    const held = { code: "writes_stopped" as const, message: "All writes are stopped." };
    const outcomes = { held_up: held, unknown: [note], alarms: [{ ...note, alarm: "twice" as const, evidence: "seen" }] };
    const checks = await checksOf({ state: { outcomes } }, 1);
    expect(checks["writes"]).toMatchObject({ status: "fail", todo: expect.stringContaining("halyard resume") });
    expect(checks["late effects"]).toMatchObject({ status: "fail", detail: "create_list may have happened twice" });
    expect(checks["unknown outcomes"]).toMatchObject({ status: "warn", todo: expect.stringContaining("activity call_01M8") });
  });

  it("warns where there is no connection", async () => {
    expect((await checksOf({ state: { connections: [] } }))["connections"]?.status).toBe("warn");
  });

  it("tells a port of ours from another program's and from a free one", async () => {
    const port = (origin: string) => ({ env: { HALYARD_PORT: new URL(origin).port } });
    let freed = "";
    {
      await using ours = await createLoopback((response) => reply(response, 200, { status: "ok", version: VERSION }));
      expect((await checksOf(port(ours.origin)))["port"]).toMatchObject({
        status: "ok",
        detail: expect.stringContaining("a running Halyard's"),
      });
      expect(ours.seen[0]?.url).toBe("/healthz");
      freed = ours.origin;
    }
    expect((await checksOf(port(freed)))["port"]).toMatchObject({ status: "ok", detail: expect.stringContaining("is free") });
    for (const body of ["<html>", { status: "ok", version: "9.9.9" }, { version: VERSION }]) {
      await using other = await createLoopback((response) => reply(response, 200, body));
      expect((await checksOf(port(other.origin), 1))["port"]?.status).toBe("fail");
    }
  });
});
