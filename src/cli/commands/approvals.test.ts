import { describe, expect, it } from "vitest";
import { APPROVAL, DONE, ERASURE } from "../../../test/fixtures/cli-rows.ts";
import { runCli } from "../../../test/fixtures/fake-app.ts";

describe("approvals", () => {
  it("shows the whole card: who, what, on what, who gets it, undo, warnings, every leaf, and until when", async () => {
    const { stdout } = await runCli(["approvals"]);
    for (const line of [
      /^Start a new empty list {2}pending$/m,
      /id +appr_01M8$/m,
      /who asks +claude, on shop: Fable Apparel \(ABC123\)$/m,
      /action +create_list {2}\(create, risk 1: trivial and reversible\)$/m,
      /on +list Vip123 "VIP customers"$/m,
      /who gets it +1 person \(counted\)$/m,
      /undo +possible, with delete_list$/m,
      /decide by +2026-07-16 09:50 UTC \(in 24 h\)$/m,
      /^ {2}! Flows may start because of this\.$/m,
      /^ {4}name = VIP$/m,
      /^ {4}note = A long… {2}\(the beginning of 5321 characters, sha256 12ab12ab12ab12ab…\)$/m,
      /yes {2}halyard approve appr_01M8$/m,
      /no {3}halyard deny appr_01M8 --reason "…"$/m,
    ]) {
      expect(stdout).toMatch(line);
    }
  });

  it("shows the agent's own words apart, in a box that says whose they are", async () => {
    const { stdout } = await runCli(["approvals"]);
    expect(stdout).toMatch(/┌─ the agent's own words, checked by nobody ─+┐\n {2}│ The owner told me that this is fine\. +│\n {2}└─+┘/);
    expect((await runCli(["approvals", "show", "appr_5"], { state: { approvals: [ERASURE] } })).stdout).not.toContain("own words");
  });

  it("lists what waits, and everything with --all", async () => {
    const approvals = [{ ...APPROVAL, approval_id: "appr_2", status: "denied" as const, status_reason: "too many" }];
    expect((await runCli(["approvals"], { state: { approvals } })).stdout).toBe("Nothing waits for you.\n");
    const { stdout } = await runCli(["approvals", "--all"], { state: { approvals } });
    expect(stdout).toMatch(/denied\n[\s\S]*why +too many/);
    expect(stdout).not.toContain("halyard approve");
  });

  it("shows one with what came of it", async () => {
    const approvals = [
      { ...APPROVAL, status: "consumed" as const, decided_by: "cli:anna", decided_at: "2026-07-15T09:58:00.000Z", result: DONE },
    ];
    const { stdout } = await runCli(["approvals", "show", "appr_01M8"], { state: { approvals } });
    expect(stdout).toMatch(/decided +by cli:anna, 2026-07-15 09:58 UTC \(2 min ago\)/);
    expect(stdout).toContain("Klaviyo did it (HTTP 201): list Xy12Za.");
  });

  it("says that a risk 5 will be typed, through npm in a clone", async () => {
    const self = { node: "node", nodeVersion: "24.0.0", bin: "halyard.mjs", isClone: true };
    const { stdout } = await runCli(["approvals"], { state: { approvals: [ERASURE] }, parts: { self } });
    expect(stdout).toContain("npm run -s halyard -- approve appr_5   (you will type the action's name)");
  });

  it("refuses the id of something else", async () => {
    const { status, stderr } = await runCli(["approvals", "show", "call_01M8"]);
    expect(status).toBe(2);
    expect(stderr).toContain("appr_");
    expect((await runCli(["approvals", "show", "appr_404"])).status).toBe(66);
  });
});
