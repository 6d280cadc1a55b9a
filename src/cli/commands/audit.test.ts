import { describe, expect, it } from "vitest";
import { runCli } from "../../../test/fixtures/fake-app.ts";

describe("audit verify", () => {
  it("says that the record is whole, and its head", async () => {
    const { status, stdout } = await runCli(["audit", "verify"]);
    expect(status).toBe(0);
    expect(stdout).toContain(`Whole. All 12 rows are as they were written.\n  head  ${"ab".repeat(32)}\n`);
    expect(stdout).toContain("halyard audit checkpoint");
  });

  it("names the first row that is not as it was written, and fails", async () => {
    const audit = { rows: 6, head: "cd", bad: { seq: 7, kind: "edited" as const, why: "edited: its content does not have its hash" } };
    const { status, stdout } = await runCli(["audit", "verify"], { state: { audit } });
    expect(status).toBe(74);
    expect(stdout).toContain("Changed. Row 7: edited: its content does not have its hash. The 6 rows before it");
    const json = await runCli(["audit", "verify", "--json"], { state: { audit } });
    expect([json.status, JSON.parse(json.stdout)]).toEqual([
      74,
      { ok: false, ...audit, means: expect.stringContaining("changed after it was written") },
    ]);
  });
});

describe("what is kept elsewhere", () => {
  it("checkpoint prints one line, and what to do with it apart", async () => {
    const { stdout, stderr } = await runCli(["audit", "checkpoint"]);
    expect(stdout).toBe("hac1.12.token\n");
    expect(stderr).toContain("audit verify --checkpoint");
  });

  it("verify takes it, and the key", async () => {
    const { asked, stdout } = await runCli(["audit", "verify", "--checkpoint", "hac1.x", "--public-key", "Pk"]);
    expect(asked[0]).toEqual(["verify", { checkpoint: "hac1.x", publicKey: "Pk" }]);
    expect(stdout).toContain("goes on from the checkpoint");
  });
});

describe("looking", () => {
  it("tail shows the last rows as sentences, and filters", async () => {
    const { stdout, asked } = await runCli(["audit", "tail", "--limit", "2", "--agent", "claude", "--from", "2026-07-15"]);
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(asked[0]).toEqual(["last", 2, { from: Date.UTC(2026, 6, 15), to: undefined, connection_id: undefined, agent_id: "agent_1" }]);
  });

  it("tail --follow ends when it is told to stop", async () => {
    expect((await runCli(["audit", "tail", "--follow"])).status).toBe(0);
  });

  it("show opens a call, and says when its day was erased", async () => {
    expect((await runCli(["audit", "show", "call_01M8"])).stdout).toContain('"name": "VIP"');
    const erased = await runCli(["audit", "show", "call_2"]);
    expect([erased.status, erased.stderr]).toEqual([66, expect.stringContaining("was erased")]);
  });

  it.each(["jsonl", "csv", "otel"])("exports %s to standard output and nothing else", async (format) => {
    const { stdout, stderr, status } = await runCli(["audit", "export", "--format", format]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("approval.asked");
  });

  it.each([
    [["export", "--format", "xml"], 2],
    [["export", "--from", "yesterday"], 2],
    [["tail", "--agent", "nobody"], 66],
    [["erase"], 2],
    [["erase", "--day", "15.7."], 2],
    [["accept-restore", "--yes"], 75],
  ])("audit %j ends with %i", async (words, status) => {
    expect((await runCli(["audit", ...words])).status).toBe(status);
  });
});

describe("what cannot be undone", () => {
  it.each([
    [["erase", "--before", "2026-07-01"], "erase"],
    [["prune", "--before", "2026-07-01"], "prune"],
  ])("%j asks first, and takes --yes", async (words, what) => {
    expect(await runCli(["audit", ...words])).toMatchObject({ status: 2, asked: [] });
    expect((await runCli(["audit", ...words], { isTty: true, input: "n\n" })).asked.filter(([name]) => name === what)).toEqual([]);
    expect((await runCli(["audit", ...words, "--yes"])).asked.map(([name]) => name)).toContain(what);
  });

  it("accept-restore says what is lost before it asks", async () => {
    const gap = { marked: { seq: 40, hash: "a" }, head: { seq: 30, hash: "b" }, foundAt: 0 };
    const { stderr, stdout, asked } = await runCli(["audit", "accept-restore", "--yes"], { state: { gap } });
    expect(stderr).toContain("went to row 40");
    expect(stdout).toContain("2 approvals");
    expect(asked[0]).toEqual(["accept", "cli:anna"]);
  });
});
