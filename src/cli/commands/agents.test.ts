import { describe, expect, it } from "vitest";
import { AGENT, NOW } from "../../../test/fixtures/cli-rows.ts";
import { runCli } from "../../../test/fixtures/fake-app.ts";

describe("agents", () => {
  it("lists agents without the hashes of their tokens, with and without the word list", async () => {
    const agents = [AGENT, { ...AGENT, id: "agent_2", name: "codex", revoked_at: NOW, last_used_at: NOW }];
    const { stdout } = await runCli(["agents"], { state: { agents } });
    expect(stdout).toMatch(
      /claude +shop +active +never +2026-07-14 10:00 UTC\ncodex +shop +revoked 2026-07-15 10:00 UTC +2026-07-15 10:00 UTC/,
    );
    expect((await runCli(["agents", "list"], { state: { agents } })).stdout).toBe(stdout);
    const json = (await runCli(["agents", "--json"])).stdout;
    expect(json).not.toContain("cafe");
    expect(JSON.parse(json)).toMatchObject({ agents: [{ id: "agent_1", connection: "shop" }] });
  });

  it("makes an agent and prints what to paste, its token in it", async () => {
    const { stdout, asked } = await runCli(["agents", "add", "codex", "--connection", "shop"], { env: { HALYARD_PORT: "4150" } });
    expect(asked[0]).toEqual(["add", { name: "codex", connection: "shop" }]);
    expect(stdout).toContain("codex works on shop (Fable Apparel)");
    expect(stdout).toContain('"HALYARD_AGENT_TOKEN": "hal_token"');
    expect(stdout).toContain(
      "claude mcp add --transport http halyard http://127.0.0.1:4150/mcp --header 'Authorization: Bearer hal_token'",
    );
  });

  it("revokes in the name of the user", async () => {
    const { stdout, asked } = await runCli(["agents", "revoke", "claude"]);
    expect(asked[0]).toEqual(["revoke agent", "claude", "cli:anna"]);
    expect(stdout).toContain("The token of claude opens nothing any more");
  });

  it("tells how to make the first, and the life of an agent in its help", async () => {
    expect((await runCli(["agents"], { state: { agents: [] } })).stdout).toContain("halyard agents add claude");
    expect((await runCli(["agents", "--help"])).stdout).toMatch(/1\. halyard connect.*\n.*2\. halyard agents add/);
  });
});
