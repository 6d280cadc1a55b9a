import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../catalog/catalog.ts";
import { runCli } from "../../../test/fixtures/fake-app.ts";

describe("actions", () => {
  it("finds by plain words, best first, without opening the store", async () => {
    const { status, stdout, asked } = await runCli(["actions", "add", "someone", "to", "a", "list"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/add_profiles_to_list +\d /);
    expect(asked).toEqual([]);
    const { actions } = JSON.parse((await runCli(["actions", "add someone to a list", "--limit", "2", "--json"])).stdout) as {
      actions: unknown[];
    };
    expect(actions).toHaveLength(2);
    expect((await runCli(["actions", "zzzzqqq"])).stdout).toContain("No action fits");
    expect((await runCli(["actions", "x", "--limit", "0"])).status).toBe(2);
  });

  it("lists the areas with every operation counted once", async () => {
    const { areas } = JSON.parse((await runCli(["actions", "--json"])).stdout) as { areas: { reads: number; writes: number }[] };
    expect(areas.reduce((sum, { reads, writes }) => sum + reads + writes, 0)).toBe(loadCatalog().operations.length);
    expect((await runCli(["actions"])).stdout).toMatch(/^campaigns +\d+ +\d+$/m);
  });

  it("shows an action with its class, way back, scopes and arguments, required ones first", async () => {
    const { stdout } = await runCli(["actions", "show", "create_list"]);
    expect(stdout).toMatch(/^create_list\n/);
    expect(stdout).toMatch(/class +create, risk 1: trivial and reversible/);
    expect(stdout).toMatch(/scopes +lists:write/);
    expect(stdout).toMatch(/argument +form\n {4}name +required +text\n {4}opt_in_process +one of double_opt_in, single_opt_in, null/);
  });

  it("shows every operation that a name stands for, and what chooses", async () => {
    const { operations } = JSON.parse((await runCli(["actions", "show", "Add Profile to List", "--json"])).stdout) as {
      operations: { action: string }[];
    };
    expect(operations.map(({ action }) => action)).toEqual(["add_profiles_to_list"]);
    const several = JSON.parse((await runCli(["actions", "show", "get_list_relationships", "--json"])).stdout) as {
      operations: { relationship?: string }[];
    };
    expect(several.operations.length).toBeGreaterThan(0);
  });

  it("describes the arguments of every operation", async () => {
    for (const { id } of loadCatalog().operations) expect([id, (await runCli(["actions", "show", id])).status]).toEqual([id, 0]);
  });

  it("tells the nearest names of an unknown one", async () => {
    const { status, stderr } = await runCli(["actions", "show", "creat_list"]);
    expect(status).toBe(65);
    expect(stderr).toContain("create_list");
  });
});
