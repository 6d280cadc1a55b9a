import { describe, expect, it } from "vitest";
import type { CallResult } from "../../gate/call.ts";
import { APPROVAL, DONE, ERASURE } from "../../../test/fixtures/cli-rows.ts";
import { runCli } from "../../../test/fixtures/fake-app.ts";

const approved = (id: string, isRun = true) => ["approve", id, "cli:anna", isRun];
const erasures = { state: { approvals: [ERASURE] } };

describe("approve", () => {
  it("shows the card, asks, and sends on a yes", async () => {
    const { status, stdout, stderr, asked } = await runCli(["approve", "appr_01M8"], { isTty: true, input: "y\n", env: { NO_COLOR: "1" } });
    expect(status).toBe(0);
    expect(stderr).toContain("name = VIP");
    expect(stderr).toContain("Approve this? [y/N]");
    expect(asked[0]).toEqual(approved("appr_01M8"));
    expect(stdout).toBe("Done. Klaviyo did it (HTTP 201): list Xy12Za.  create_list  call_01M8\n");
  });

  it.each(["", "\n", "n\n", "yep\n"])("decides nothing on any other answer: %j", async (input) => {
    const { status, stderr, asked } = await runCli(["approve", "appr_01M8"], { isTty: true, input });
    expect([status, asked]).toEqual([2, [["close"]]]);
    expect(stderr).toContain("halyard deny appr_01M8");
  });

  it("wants --yes where nobody can be asked", async () => {
    expect((await runCli(["approve", "appr_01M8"])).asked).toEqual([["close"]]);
    expect((await runCli(["approve", "appr_01M8", "--json"], { isTty: true, input: "y\n" })).status).toBe(2);
    expect((await runCli(["approve", "appr_01M8", "--yes"])).asked[0]).toEqual(approved("appr_01M8"));
    expect((await runCli(["approve", "--yes", "appr_01M8"])).asked[0]).toEqual(approved("appr_01M8"));
  });

  it("has the operation of a risk 5 typed", async () => {
    expect((await runCli(["approve", "appr_5"], { ...erasures, isTty: true, input: "y\n" })).asked).toEqual([["close"]]);
    const typed = await runCli(["approve", "appr_5"], { ...erasures, isTty: true, input: "request_profile_deletion\n" });
    expect(typed.stderr).toContain("Type request_profile_deletion to approve:");
    expect(typed.asked[0]).toEqual(approved("appr_5"));
  });

  it("takes the operation of a risk 5 by name from the flags, never a bare --yes", async () => {
    const bare = await runCli(["approve", "appr_5", "--yes"], erasures);
    expect([bare.status, bare.asked]).toEqual([2, [["close"]]]);
    expect(bare.stderr).toContain("--yes=request_profile_deletion");
    for (const flag of [["--yes=request_profile_deletion"], ["--confirm", "request_profile_deletion"]]) {
      expect((await runCli(["approve", "appr_5", ...flag], erasures)).asked[0]).toEqual(approved("appr_5"));
    }
  });

  it("refuses a name that is not what the card is about", async () => {
    const { status, asked } = await runCli(["approve", "appr_01M8", "--yes=delete_list"]);
    expect([status, asked]).toEqual([2, [["close"]]]);
  });

  it("leaves the sending to the agent with --later", async () => {
    const { stdout, asked } = await runCli(["approve", "appr_01M8", "--yes", "--later"]);
    expect(asked[0]).toEqual(approved("appr_01M8", false));
    expect(stdout).toContain("It goes out when claude asks again, until 2026-07-16T10:50:00.000Z");
  });

  it("does not decide what is decided", async () => {
    const { status, asked } = await runCli(["approve", "appr_01M8", "--yes"], {
      state: { approvals: [{ ...APPROVAL, status: "denied" }] },
    });
    expect([status, asked]).toEqual([75, [["close"]]]);
  });

  it("takes only an approval's id", async () => {
    expect((await runCli(["approve", "call_01M8", "--yes"])).status).toBe(2);
  });

  const HELD = { status: "approved", goes_at: "2026-07-15T10:01:00.000Z", goes_by_itself: true } as const;

  it("tells when what is held goes, and how to stop it", async () => {
    const { status, stdout } = await runCli(["approve", "appr_01M8", "--yes"], { state: { outcome: HELD } });
    expect(status).toBe(0);
    expect(stdout).toContain("It goes at 2026-07-15T10:01:00.000Z");
    expect(stdout).toContain("halyard stop appr_01M8");
  });

  it("stays with --wait until it has gone, also for one that is held already", async () => {
    const later = await runCli(["approve", "appr_01M8", "--yes", "--wait"], { state: { outcome: HELD } });
    expect(later.asked.map(([what]) => what)).toEqual(["approve", "send due", "close"]);
    const held = await runCli(["approve", "appr_01M8", "--wait"], {
      state: { approvals: [{ ...APPROVAL, ...HELD }], afterDue: { status: "done", result: DONE } },
    });
    expect(held.asked.map(([what]) => what)).toEqual(["send due", "close"]);
    expect(held.stdout).toContain("Done.");
  });

  it("puts a changed call in the place of what was asked, and approves that", async () => {
    const { asked, stderr } = await runCli([
      "approve",
      "appr_01M8",
      "--yes",
      "--edit",
      "name=VIP 2026",
      "--edit",
      "opt_in_process=single_opt_in",
    ]);
    expect(asked.slice(0, 2)).toEqual([
      ["edit", "appr_01M8", "cli:anna", { name: "VIP 2026", opt_in_process: "single_opt_in" }],
      approved("appr_edited"),
    ]);
    expect(stderr).toContain("cli:anna");
    expect((await runCli(["approve", "appr_01M8", "--yes", "--edit", "name=x", "--later"])).status).toBe(2);
  });

  it("shows the rule and what it newly allows before it makes a permission standing", async () => {
    const { asked, stderr } = await runCli(["approve", "appr_01M8", "--yes", "--always"]);
    expect(stderr).toContain('"where":{"call":{"equals":"d1"}}');
    expect(stderr).toContain("Newly allows 1 operation under conditions, of which irreversible: none");
    expect(asked.slice(0, 2)).toEqual([
      ["standing", "appr_01M8", "call"],
      [...approved("appr_01M8"), "call"],
    ]);
    expect((await runCli(["approve", "appr_01M8", "--yes", "--always-for", "action"])).asked[0]).toEqual([
      "standing",
      "appr_01M8",
      "action",
    ]);
    expect((await runCli(["approve", "appr_01M8", "--yes", "--always-for", "everything"])).status).toBe(2);
  });

  const base = { call_id: "call_01M8", operation: "create_list" };
  const ends: [number, RegExp, CallResult][] = [
    [0, /Accepted\. Klaviyo took it as a job/, { ...DONE, status: "accepted", http_status: 202, body: null }],
    [
      65,
      /Rejected by Klaviyo\. It is taken\. Nothing changed\.[\s\S]*\/name must be new\n/,
      {
        ...base,
        status: "rejected",
        error: { code: "rejected", message: "It is taken.", violations: [{ path: "/name", message: "must be new" }] },
      },
    ],
    [
      69,
      /Not sent\. No connection\. Nothing changed\.[\s\S]*Try again\.\n/,
      { ...base, status: "failed", error: { code: "unreachable", message: "No connection.", hint: "Try again." } },
    ],
    [
      69,
      /It may or may not have happened[\s\S]*How to check: Look with get_lists\.\n/,
      { ...base, status: "unknown", error: { code: "outcome_unknown", message: "Lost." }, how_to_check: "Look with get_lists." },
    ],
  ];
  it.each(ends)("ends with %i and says what happened", async (status, told, result) => {
    const ran = await runCli(["approve", "appr_01M8", "--yes"], { state: { outcome: { status: "consumed", result } } });
    expect(ran.status).toBe(status);
    expect(ran.stdout).toMatch(told);
  });

  it("points at the new card where what the approval rested on has changed", async () => {
    const outcome = { status: "voided", status_reason: "it changed", replaced_by: "appr_02" } as const;
    const { status, stdout } = await runCli(["approve", "appr_01M8", "--yes"], { state: { outcome } });
    expect(status).toBe(75);
    expect(stdout).toContain("halyard approvals show appr_02");
  });

  it("tells a plan step by step", async () => {
    const steps = [
      { step: 1, operation: "create_list", result: DONE },
      { step: 2, operation: "create_tag" },
    ];
    const result: CallResult = { status: "plan_stopped", call_id: "call_01M8", operation: "plan", steps };
    const { status, stdout } = await runCli(["approve", "appr_01M8", "--yes"], { state: { outcome: { status: "failed", result } } });
    expect(status).toBe(75);
    expect(stdout).toMatch(/Stopped\.[\s\S]*Step 1: create_list\n {4}Done[\s\S]*Step 2: create_tag\n {4}Not sent\./);
  });

  it("says why an approval could not be used any more, and when it is under way", async () => {
    const voided = await runCli(["approve", "appr_01M8", "--yes"], {
      state: { outcome: { status: "voided", status_reason: "the policy changed" } },
    });
    expect([voided.status, voided.stdout]).toEqual([75, "Not sent. The approval is voided: the policy changed.\n"]);
    expect((await runCli(["approve", "appr_01M8", "--yes"], { state: { outcome: { status: "consumed" } } })).stdout).toContain(
      "being sent now",
    );
  });
});
