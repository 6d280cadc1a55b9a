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
