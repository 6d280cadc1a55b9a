import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryHome } from "../fixtures/world.ts";

const ROOT = join(import.meta.dirname, "../..");

/** The promise: what `npm pack` makes runs on its own, in an empty folder. Its dependencies are linked from here, for tests have no network. */
describe("the packed package", () => {
  const folder = temporaryHome();
  const home = join(folder, "home");
  beforeAll(() => {
    // In a copy: other tests run the bundle of this folder meanwhile.
    const copy = join(folder, "source");
    const isSource = (path: string): boolean => !/^\/(node_modules|dist|\.git)(\/|$)/.test(path.slice(ROOT.length));
    cpSync(ROOT, copy, { recursive: true, filter: isSource });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    execFileSync("npm", ["run", "-s", "package", "--", "--silent", "--pack-destination", folder], { cwd: copy });
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
    execFileSync("tar", ["xzf", join(folder, tarball), "-C", folder]);
    mkdirSync(join(folder, "package/node_modules"));
    for (const name of ["better-sqlite3", "pg"]) symlinkSync(join(ROOT, "node_modules", name), join(folder, "package/node_modules", name));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const halyard = (...args: string[]) =>
    spawnSync(process.execPath, [join(folder, "package/bin/halyard.mjs"), ...args], {
      encoding: "utf8",
      input: "",
      env: { PATH: process.env["PATH"], HALYARD_HOME: home },
    });

  it("holds the bundle and no sources, tests or maps", () => {
    expect(existsSync(join(folder, "package/dist/generated/operations.json"))).toBe(true);
    expect(readdirSync(join(folder, "package")).toSorted()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "bin",
      "dist",
      "node_modules",
      "package.json",
    ]);
  });

  it("runs: version, actions, an empty home, the doctor", () => {
    expect(halyard("--version")).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect(halyard("actions", "make a mailing list").stdout).toContain("create_list");
    expect(halyard("connections", "--json")).toMatchObject({ status: 0 });
    expect(halyard("doctor").stdout).toContain("database");
  });

  it("is a library too: halyard/sandbox, with types", () => {
    const user = join(folder, "user");
    mkdirSync(join(user, "node_modules"), { recursive: true });
    symlinkSync(join(folder, "package"), join(user, "node_modules/halyard"));
    const program = [
      'import { createSandbox, type Fault } from "halyard/sandbox";',
      'const storm: Fault = { match: { method: "GET" }, fault: "rate_limit", times: 1 };',
      'const sandbox = await createSandbox({ profiles: 0, clock: "manual", transitions: "immediate" });',
      "sandbox.control.setFaults([storm]);",
      'const headers = { authorization: `Klaviyo-API-Key ${sandbox.keys.full}`, revision: "2026-07-15" };',
      "const statuses: number[] = [];",
      'for (let i = 0; i < 2; i++) statuses.push((await fetch(sandbox.url + "/api/lists", { headers })).status);',
      "await sandbox.close();",
      'process.stdout.write(statuses.join(" "));',
    ];
    writeFileSync(join(user, "try.ts"), program.join("\n"));
    writeFileSync(join(user, "package.json"), '{"type":"module"}');
    expect(spawnSync(process.execPath, ["try.ts"], { cwd: user, encoding: "utf8" })).toMatchObject({ stdout: "429 200", status: 0 });
    const types = ["--types", "node", "--typeRoots", join(ROOT, "node_modules/@types")];
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", ...types, "try.ts"];
    expect(spawnSync(join(ROOT, "node_modules/.bin/tsc"), options, { cwd: user, encoding: "utf8" })).toMatchObject({
      stdout: "",
      status: 0,
    });
  });

  it("speaks MCP", () => {
    const message = {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "x", version: "1" } },
    };
    const { stdout } = spawnSync(process.execPath, [join(folder, "package/bin/halyard.mjs"), "mcp"], {
      encoding: "utf8",
      input: `${JSON.stringify(message)}\n`,
      env: { PATH: process.env["PATH"], HALYARD_HOME: home },
    });
    expect(JSON.parse(stdout.split("\n")[0] ?? "")).toMatchObject({ id: 1, result: { serverInfo: { name: "halyard" } } });
  });
});
