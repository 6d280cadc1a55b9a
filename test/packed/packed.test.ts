import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryHome } from "../fixtures/world.ts";

const ROOT = join(import.meta.dirname, "../..");

/** The promise: what `npm pack` makes runs on its own, in an empty folder. Its dependencies are linked from here, for tests have no network. */
describe("the packed package", () => {
  const folder = temporaryHome();
  const home = join(folder, "home");
  beforeAll(() => {
    execFileSync("npm", ["run", "-s", "build"], { cwd: ROOT });
    execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], { cwd: ROOT });
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
