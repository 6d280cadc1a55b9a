import { describe, expect, it } from "vitest";
import { APPROVAL, DONE, ERASURE } from "../../../test/fixtures/cli-rows.ts";
import { runCli } from "../../../test/fixtures/fake-app.ts";

const asks = {
  answer: {
    status: "approval_required",
    call_id: "call_01M8",
    approval_id: "appr_01M8",
    operation: "create_list",
    because: "b",
    decide_by: "t",
  },
} as const;

describe("call", () => {
  it("goes through the gate as the owner's, with its arguments and reason", async () => {
    const { status, asked } = await runCli(["call", "create_list", "name=VIP = gold", "--reason", "spring"]);
    expect(status).toBe(0);
    expect(asked[0]).toEqual(["call", "owner", { action: "create_list", args: { name: "VIP = gold" }, intent: "any", reason: "spring" }]);
  });

  it("writes the answer's body to stdout and the words about it to stderr", async () => {
    const { stdout, stderr } = await runCli(["call", "get_lists"]);
    expect(JSON.parse(stdout)).toEqual("body" in DONE && DONE.body);
    expect(stderr).toContain("Klaviyo did it (HTTP 201): list Xy12Za.");
  });

  it("reads --args from standard input with -", async () => {
    const { asked } = await runCli(["call", "create_list", "--args", "-"], { input: '{"name": "VIP"}' });
    expect(asked[0]).toMatchObject(["call", "owner", { args: { name: "VIP" } }]);
  });

  it("shows the card of an ask and sends on a yes", async () => {
    const { status, stderr, asked } = await runCli(["call", "create_list", "name=VIP"], { state: asks, isTty: true, input: "y\n" });
    expect(status).toBe(0);
    expect(stderr).toContain("Start a new empty list");
    expect(asked[1]).toEqual(["approve", "appr_01M8", "cli:anna", true]);
    expect((await runCli(["call", "create_list", "name=VIP", "--yes", "--json"], { state: asks })).asked[1]).toEqual([
      "approve",
      "appr_01M8",
      "cli:anna",
      true,
    ]);
  });

  it("leaves it waiting without a yes: status 75, and how to decide", async () => {
    for (const setting of [{}, { isTty: true, input: "n\n" }]) {
      const { status, stderr, asked } = await runCli(["call", "create_list", "name=VIP"], { state: asks, ...setting });
      expect([status, asked.length]).toEqual([75, 2]);
      expect(stderr).toContain("halyard approve appr_01M8");
    }
    expect(JSON.parse((await runCli(["call", "create_list", "name=VIP", "--json"], { state: asks })).stdout)).toEqual(asks.answer);
  });

  it("does not take a bare --yes for a risk 5", async () => {
    const state = { answer: { ...asks.answer, approval_id: "appr_5" }, approvals: [APPROVAL, ERASURE] };
    const bare = await runCli(["call", "request_profile_deletion", "--args", "{}", "--yes"], { state });
    expect([bare.status, bare.asked.length]).toEqual([2, 2]);
    expect(
      (await runCli(["call", "request_profile_deletion", "--args", "{}", "--yes=request_profile_deletion"], { state })).asked[1]?.[0],
    ).toBe("approve");
  });

  it("says why an approval that was given could not be used", async () => {
    const { status, stdout } = await runCli(["call", "create_list", "name=VIP", "--yes"], {
      state: { ...asks, outcome: { status: "voided", status_reason: "the connection was revoked" } },
    });
    expect([status, stdout]).toEqual([75, "Not sent. The approval is voided: the connection was revoked.\n"]);
  });

  it("keeps a deny a no, whatever was agreed to", async () => {
    const answer = { status: "denied", call_id: "call_01M8", operation: "create_list", because: 'The rule "no" says deny.' } as const;
    const { status, stderr, asked } = await runCli(["call", "create_list", "name=VIP", "--yes"], { state: { answer } });
    expect([status, asked.length]).toEqual([77, 2]);
    expect(stderr).toContain('Denied. The rule "no" says deny.');
  });

  it("refuses what is no argument before anything is asked of the gate", async () => {
    for (const argv of [["name"], ["=x"], ["--args", "[1]"], ["name=a", "name=b"], ["name=a", "--args", '{"name":"b"}']]) {
      expect([argv, (await runCli(["call", "create_list", ...argv])).status]).toEqual([argv, 2]);
    }
    expect((await runCli(["call", "create_list", "--args", '{"name":"a","name":"b"}'])).status).toBe(65);
    expect((await runCli(["call", "crate_list"])).stderr).toContain("create_list");
  });
});
