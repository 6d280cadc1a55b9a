import { describe, expect, it } from "vitest";
import { APPROVAL, DONE } from "../../../test/fixtures/cli-rows.ts";
import { runCli } from "../../../test/fixtures/fake-app.ts";

describe("stop", () => {
  it("says that nothing was sent", async () => {
    const { status, stdout, asked } = await runCli(["stop", "appr_01M8"]);
    expect([status, stdout]).toEqual([0, "Stopped. Nothing was sent.\n"]);
    expect(asked[0]).toEqual(["stop", "appr_01M8", "cli:anna"]);
  });

  it("says that it came too late, and what was done", async () => {
    const approvals = [{ ...APPROVAL, result: DONE }];
    const { status, stdout } = await runCli(["stop", "appr_01M8"], { state: { stopped: "too_late", approvals } });
    expect(status).toBe(75);
    expect(stdout).toMatch(/^Too late\. It had left before the stop came\.\nDone\. /);
  });

  it("does not claim what it does not know", async () => {
    const { status, stdout } = await runCli(["stop", "appr_01M8"], { state: { stopped: "unclear" } });
    expect(status).toBe(75);
    expect(stdout).toContain("Not clear yet");
  });

  it("takes the id of an approval or of a call", async () => {
    const { status, asked } = await runCli(["stop", "conn_1"]);
    expect([status, asked]).toEqual([2, []]);
  });
});
