import { describe, expect, it } from "vitest";
import { runCli } from "../../../test/fixtures/fake-app.ts";

describe("stop", () => {
  it("stops all writes and names what was on its way", async () => {
    const inFlight = { intent_id: "intent_1", call_id: "call_1", operation: "create_list", holder: "h", since: "2026-07-15T10:00:00.000Z" };
    const stopped = { stopped_at: "2026-07-15T10:00:01.000Z", in_flight: [inFlight] };
    const { status, stdout, asked } = await runCli(["stop", "--all"], { state: { stopped } });
    expect([status, asked[0]]).toEqual([0, ["stop", "cli:anna"]]);
    expect(stdout).toMatch(/call_1 +create_list/);
    expect(stdout).toContain("halyard resume");
    expect(JSON.parse((await runCli(["stop", "--all", "--json"], { state: { stopped } })).stdout)).toMatchObject(stopped);
  });

  it("wants to be told that it is all of them", async () => {
    const { status, asked } = await runCli(["stop"]);
    expect([status, asked.filter(([what]) => what === "stop")]).toEqual([2, []]);
  });

  it("says so when nothing was on its way", async () => {
    expect((await runCli(["stop", "--all"])).stdout).toContain("Nothing was on its way");
  });
});
