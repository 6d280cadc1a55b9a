import { describe, expect, it } from "vitest";
import type { ApprovalView, CallResult, UndoProgress } from "../../gate/call.ts";
import { APPROVAL, DONE } from "../../../test/fixtures/cli-rows.ts";
import { runCli, type Setting } from "../../../test/fixtures/fake-app.ts";

const UNDO: UndoProgress = { call: "call_01M8", steps_done: 0, steps: 1, class: "exact", notes: [], drift: "none" };
const ASKED: CallResult = {
  status: "approval_required",
  call_id: "call_2",
  approval_id: "appr_01M8",
  operation: "delete_list",
  because: "The owner decides about this call.",
  decide_by: "2026-07-16T09:50:00.000Z",
  undo: UNDO,
};
const taken = ["call", "owner", { action: "undo", args: { call: "call_01M8" }, intent: "write" }];
const approved = ["approve", "appr_01M8", "cli:anna", true];

type Undoes = NonNullable<ApprovalView["card"]["undoes"]>;

function card(undoes: Partial<Undoes> = {}): ApprovalView {
  const shown: Undoes = { call: "call_01M8", step: 1, steps: 1, class: "exact", notes: [], drift: "none", changed_since: [], next: [] };
  return { ...APPROVAL, card: { ...APPROVAL.card, undoes: { ...shown, ...undoes } } };
}

const asked = (view = card(), more: Setting["state"] = {}): Setting => ({ state: { answer: ASKED, approvals: [view], ...more } });

describe("undo", () => {
  it("takes back at once what the policy allows, and says what is not as it was", async () => {
    const undo: UndoProgress = { ...UNDO, steps_done: 1, class: "compensation", notes: ["It comes back under a new id."] };
    const { status, stdout, asked: calls } = await runCli(["undo", "call_01M8"], { state: { answer: { ...DONE, undo } } });
    expect([status, calls[0]]).toEqual([0, taken]);
    expect(stdout).toContain("Undone: call_01M8");
    expect(stdout).toContain("It comes back under a new id.");
  });

  it("shows the card, which says what it takes back, and asks", async () => {
    const { status, stderr, asked: calls } = await runCli(["undo", "call_01M8"], { ...asked(), isTty: true, input: "y\n" });
    expect(stderr).toContain("Takes back call_01M8");
    expect([status, calls.slice(0, 2)]).toEqual([0, [taken, approved]]);
    const no = await runCli(["undo", "call_01M8"], { ...asked(), isTty: true, input: "n\n" });
    expect(no.asked.map(([what]) => what)).toEqual(["call", "close"]);
  });

  it("without a terminal goes on --yes, and passes the reason on", async () => {
    const { status, asked: calls } = await runCli(["undo", "call_01M8", "--yes", "--reason", "a mistake"], asked());
    expect(calls[0]).toEqual(["call", "owner", { action: "undo", args: { call: "call_01M8" }, intent: "write", reason: "a mistake" }]);
    expect([status, calls[1]]).toEqual([0, approved]);
  });

  it.each(["changed", "unknown"] as const)("does not overwrite what others may have changed (%s) on --yes alone", async (drift) => {
    const view = card({ drift, changed_since: ['list A.name: "B" → "C"'] });
    const plain = await runCli(["undo", "call_01M8", "--yes"], asked(view));
    expect(plain.asked.map(([what]) => what)).toEqual(["call", "close"]);
    expect([plain.status, plain.stderr]).toEqual([2, expect.stringContaining("--over-changes")]);
    const over = await runCli(["undo", "call_01M8", "--yes", "--over-changes"], asked(view));
    expect([over.status, over.asked[1]]).toEqual([0, approved]);
  });

  it("says that a call was cancelled before it was sent", async () => {
    const answer: CallResult = { status: "cancelled", call_id: "call_01M8", operation: "send_campaign" };
    const { status, stdout } = await runCli(["undo", "call_01M8"], { state: { answer } });
    expect([status, stdout]).toEqual([0, expect.stringContaining("Cancelled. It had not been sent, and is not sent now.")]);
  });

  it("says when a step that sends goes, how to stop it, and how far the undoing has come", async () => {
    const outcome = { status: "approved", goes_at: "2026-07-15T10:01:00.000Z", goes_by_itself: true } as const;
    const { status, stdout } = await runCli(["undo", "call_01M8", "--yes"], asked(card(), { outcome }));
    expect(status).toBe(75);
    expect(stdout).toContain("It goes at 2026-07-15T10:01:00.000Z");
    expect(stdout).toContain("halyard stop appr_01M8");
    expect(stdout).toContain("0 of 1 steps of taking back call_01M8 are done.");
  });

  it("says why a step was not sent after a yes", async () => {
    const outcome = { status: "voided", status_reason: "what it acts on changed" } as const;
    const { status, stderr } = await runCli(["undo", "call_01M8", "--yes"], asked(card(), { outcome }));
    expect([status, stderr]).toEqual([75, expect.stringContaining("what it acts on changed")]);
  });

  it("takes only a call's id", async () => {
    expect((await runCli(["undo", "appr_01M8"])).status).toBe(2);
    expect((await runCli(["undo", "call_404"])).status).toBe(66);
  });
});
