import { describe, expect, it } from "vitest";
import { CALL } from "../../../test/fixtures/cli-rows.ts";
import { runCli } from "../../../test/fixtures/fake-app.ts";

describe("activity", () => {
  it("lists calls with who, what, on what and how they ended", async () => {
    const calls = [
      CALL,
      {
        ...CALL,
        id: "call_2",
        agent_id: "owner",
        operation: "",
        action: "nonsense",
        status: "refused",
        error_code: "unknown_action",
        target: null,
      } as const,
    ];
    const { stdout, asked } = await runCli(["activity", "--limit", "5"], { state: { calls } });
    expect(asked[0]).toEqual(["activity", { limit: 5 }]);
    expect(stdout).toMatch(/2026-07-15 09:50 UTC +claude +create_list +"VIP" +done +call_01M8\n/);
    expect(stdout).toMatch(/owner +nonsense +refused \(unknown_action\) +call_2\n/);
  });

  it("tells how long each can be undone, and what was undone by which call", async () => {
    const undo = { class: "exact", state: "open", until: "2026-08-14T09:50:00.000Z", undone_by: null } as const;
    const calls = [
      { ...CALL, undo },
      { ...CALL, id: "call_2", undo: { ...undo, state: "begun" } as const },
      { ...CALL, id: "call_3", undo: { ...undo, state: "undone", undone_by: "call_9" } as const },
      { ...CALL, id: "call_4", undo: { ...undo, state: "over" } as const },
      { ...CALL, id: "call_5", undo: null },
    ];
    const { stdout } = await runCli(["activity"], { state: { calls } });
    expect(stdout).toMatch(/ status +undo +call *\n/i);
    expect(stdout).toMatch(/done +until 2026-08-14 09:50 UTC +call_01M8\n/);
    expect(stdout).toMatch(/done +begun, until 2026-08-14 09:50 UTC +call_2\n/);
    expect(stdout).toMatch(/done +undone by call_9 +call_3\n/);
    expect(stdout).toMatch(/done +over +call_4\n/);
    expect(stdout).toMatch(/done +call_5\n/);
  });

  it("narrows to an agent and a connection, and knows which agents there are", async () => {
    expect((await runCli(["activity", "--agent", "owner", "--connection", "shop"])).asked[0]).toEqual([
      "activity",
      { limit: 20, agent: "owner", connection: "shop" },
    ]);
    expect((await runCli(["activity", "--agent", "nobody"])).status).toBe(66);
    expect((await runCli(["activity"], { state: { calls: [] } })).stdout).toBe("Nothing has happened yet.\n");
  });

  it("tells the whole story of a call in order, with times, the rule, who approved, and the outcome", async () => {
    const { stdout } = await runCli(["activity", "call_01M8"]);
    const story = stdout.split("\n").filter((line) => /#\d+$/.test(line));
    expect(story).toEqual([
      expect.stringMatching(/^ {2}2026-07-15 09:50:01\.000 {2}received through stdio: create_list {2}#1$/),
      expect.stringMatching(/decided: ask\. The preset "read-only" says ask to risk 1\./),
      expect.stringMatching(/your approval was asked: appr_01M8/),
      expect.stringMatching(/09:50:04\.000 {2}approved by cli:anna/),
      expect.stringMatching(/the approval was used up/),
      expect.stringMatching(/intent written \(intent_1\)/),
      expect.stringMatching(/outcome: done, HTTP 201, Klaviyo's request id req-9/),
      expect.stringMatching(/found out: done\. found by name {2}#8/),
    ]);
    expect(stdout).toMatch(/who +claude, through stdio/);
    expect(stdout).toMatch(/the caller's own words, checked by nobody ─+┐\n {2}│ The owner told me/);
  });

  it("takes only a call's id", async () => {
    expect((await runCli(["activity", "appr_01M8"])).status).toBe(2);
    expect((await runCli(["activity", "call_404"])).status).toBe(66);
  });
});
