import { describe, expect, it } from "vitest";
import { runCli } from "../../../test/fixtures/fake-app.ts";

describe("stop", () => {
  it("stops in the name of the user, and says that nothing was sent", async () => {
    const { status, stdout, asked } = await runCli(["stop", "appr_01M8"]);
    expect(status).toBe(0);
    expect(asked[0]).toEqual(["stop", "appr_01M8", "cli:anna"]);
    expect(stdout).toBe("Stopped. Nothing was sent.\n");
  });

  it("says that it came too late, by its exit status as well", async () => {
    const { status, stdout } = await runCli(["stop", "appr_01M8"], { state: { stopped: "too_late" } });
    expect([status, stdout]).toEqual([75, "Too late. It had left before the stop came.\n"]);
  });

  it("does not call stopped what the sender has not told yet", async () => {
    const { status, stdout } = await runCli(["stop", "appr_01M8"], { state: { stopped: "unclear" } });
    expect(status).toBe(75);
    expect(stdout).toMatch(/^Not clear yet\. .*approvals show/);
  });

  it("gives the outcome as JSON", async () => {
    const { stdout } = await runCli(["stop", "appr_01M8", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "stopped", approval: { approval_id: "appr_01M8", status: "voided" } });
  });

  it("takes only the id of an approval or a call, and knows which there are", async () => {
    expect((await runCli(["stop", "intent_1"])).status).toBe(2);
    expect((await runCli(["stop", "appr_404"])).status).toBe(66);
  });
});
