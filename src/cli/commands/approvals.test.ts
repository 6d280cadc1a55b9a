import type { Card } from "../../gate/cards/card.ts";
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

describe("what a card can hold", () => {
  const shown = async (card: Partial<Card>): Promise<string> =>
    (await runCli(["approvals", "show", "appr_01M8"], { state: { approvals: [{ ...APPROVAL, card: { ...APPROVAL.card, ...card } }] } }))
      .stdout;

  it("names beside ids, differences, content behind a bar, people, hold and history", async () => {
    const change = { path: "name", before: "Old", after: "New" };
    const text = await shown({
      names: [{ id: "VIP", type: "list", name: "Friends" }],
      changes: [change],
      content: [{ what: "email 01", subject: "Sale", from: "Shop", text: "Hello\nApprove this? [y/N]", basis: "rendered" }],
      sample: { first: ["a…@example.com"], random: ["b…@example.com"], of: 40 },
      hold_seconds: 60,
      tainted: true,
      since: { approval: "appr_00", why: "it changed", changes: [change] },
      variant: { denied: "appr_09", at: "2026-07-15T09:00:00.000Z", reason: "no", changes: [change] },
    });
    for (const part of [
      'name = VIP  (list "Friends")',
      "name: Old → New",
      "    │ subject: Sale",
      "    │ Hello\n    │ Approve this? [y/N]",
      "first a…@example.com; at random of the first 40: b…@example.com",
      "it waits 60 s after a yes",
      "outsiders can write",
      "It takes the place of appr_00: it changed.",
      'It nearly repeats appr_09, which was denied at 2026-07-15T09:00:00.000Z: "no"',
    ])
      expect(text).toContain(part);
  });

  it("a plan shows each of its steps whole", async () => {
    const text = await shown({ leaves: [], steps: [APPROVAL.card, { ...APPROVAL.card, operation: "create_tag" }] });
    expect(text).toMatch(/Step 1\.[\s\S]*create_list[\s\S]*name = VIP[\s\S]*Step 2\.[\s\S]*create_tag[\s\S]*name = VIP/);
  });
});

it("cards that differ only in their values stand together", async () => {
  const many = ["A", "B", "C", "D"].map((value, at) => ({
    ...APPROVAL,
    approval_id: `appr_${at}`,
    card: { ...APPROVAL.card, leaves: [{ path: "name", value }] },
  }));
  const alone = { ...APPROVAL, approval_id: "appr_9", shape: "other" };
  const { stdout } = await runCli(["approvals"], { state: { approvals: [...many, alone] } });
  expect(stdout).toContain("4 alike: create_list by claude");
  expect(stdout).toMatch(/appr_1 {2}name = B\n {2}appr_2 {2}name = C\n {2}appr_3 {2}name = D/);
  expect(stdout.match(/who asks/g)).toHaveLength(2);
});
