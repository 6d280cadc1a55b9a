import { describe, expect, it } from "vitest";
import { HalyardError } from "../../lib/errors.ts";
import { runCli } from "../../../test/fixtures/fake-app.ts";

describe("secrets", () => {
  it("doctor names every source and what to do, and ends with 1 where the key is missing", async () => {
    const sound = await runCli(["secrets", "doctor"]);
    expect(sound.status).toBe(0);
    expect(sound.stdout).toMatch(/master key: from key-file; 2 data keys/);
    const survey = { chain: [], dataKeys: 2, active: { provider: "key-file", since: 0 } };
    const problem = new HalyardError("master_key", "It is missing.", { hint: "Put it back." });
    const broken = await runCli(["secrets", "doctor"], { state: { survey: { ...survey, problem } } });
    expect([broken.status, broken.stdout]).toEqual([1, expect.stringMatching(/fail.*It is missing.\n.*Put it back./)]);
    const unfinished = await runCli(["secrets", "doctor"], { state: { survey: { ...survey, unfinishedSince: 0 } } });
    expect(unfinished.stdout).toContain("Finish it: halyard secrets rotate");
  });

  it("rotate asks for a new key only where Halyard cannot put one", async () => {
    expect((await runCli(["secrets", "rotate"])).asked[0]).toEqual(["rotate", undefined, undefined, "cli:anna"]);
    const moved = await runCli(["secrets", "rotate", "--to", "environment"], { input: "abc\n" });
    expect(moved.asked[0]).toEqual(["rotate", "environment", "abc", "cli:anna"]);
    expect(moved.stdout).toContain("only with it");
    expect(moved.stdout).not.toContain("abc");
    expect((await runCli(["secrets", "rotate", "--to", "cloud"])).status).toBe(2);
  });

  it("rotate takes one connection's data key alone", async () => {
    const { asked, stdout } = await runCli(["secrets", "rotate", "--connection", "shop"]);
    expect(asked[0]).toEqual(["rotate data key", "shop", "cli:anna"]);
    expect(stdout).toContain("shop has a new data key");
    expect((await runCli(["secrets", "rotate", "--connection", "shop", "--to", "key-file"])).status).toBe(2);
  });

  it("replace takes the key from standard input and never prints it", async () => {
    const { asked, stdout, stderr } = await runCli(["secrets", "replace", "shop"], { input: "pk_other\n" });
    expect(asked[0]).toEqual(["replace", "conn_1", "pk_other"]);
    expect(stdout + stderr).not.toContain("pk_other");
  });

  it("shows the phrase once and takes it back", async () => {
    const made = await runCli(["secrets", "export-recovery", "r.json"]);
    expect(made.stdout).toContain("AAAAA-BBBBB");
    const back = await runCli(["secrets", "import-recovery", "r.json"], { input: "AAAAA-BBBBB\n" });
    expect(back.asked[0]).toEqual(["import recovery", "r.json", "AAAAA-BBBBB", "cli:anna"]);
    expect(back.stdout).toContain("/h/master.key");
  });
});
