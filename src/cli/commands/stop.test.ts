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

  it("stops all writes and names what was on its way", async () => {
    const inFlight = { intent_id: "intent_1", call_id: "call_1", operation: "create_list", holder: "h", since: "2026-07-15T10:00:00.000Z" };
    const stopReport = { stopped_at: "2026-07-15T10:00:01.000Z", in_flight: [inFlight] };
    const { status, stdout, asked } = await runCli(["stop", "--all"], { state: { stopReport } });
    expect([status, asked[0]]).toEqual([0, ["stopAll", "cli:anna"]]);
    expect(stdout).toMatch(/call_1 +create_list/);
    expect(stdout).toContain("halyard resume");
    expect(JSON.parse((await runCli(["stop", "--all", "--json"], { state: { stopReport } })).stdout)).toMatchObject(stopReport);
  });

  it("wants to be told what, and one thing only", async () => {
    const { status, asked } = await runCli(["stop"]);
    expect([status, asked]).toEqual([2, []]);
    expect((await runCli(["stop", "appr_1", "--all"])).status).toBe(2);
  });

  it("says so when nothing was on its way", async () => {
    expect((await runCli(["stop", "--all"])).stdout).toContain("Nothing was on its way");
  });
});
