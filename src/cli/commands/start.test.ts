import { describe, expect, it } from "vitest";
import { createParts, fakeState, runCli } from "../../../test/fixtures/fake-app.ts";

const env = { HALYARD_PORT: "4150", HALYARD_SANDBOX_PORT: "4151" };

describe("start", () => {
  it("prints shop, gateway, what to paste both ways, the second terminal's command and what to try", async () => {
    const { status, stdout, asked } = await runCli(["start"], { env });
    expect(status).toBe(0);
    expect(asked).toEqual([["start", 4150, 4151, { sandbox: true }], ["stopped"]]);
    for (const part of [
      "Fable Apparel, a sandbox with 250 profiles at http://127.0.0.1:4151",
      "http://127.0.0.1:4150/mcp",
      '"HALYARD_AGENT_TOKEN": "hal_first"',
      "claude mcp add halyard --env HALYARD_AGENT_TOKEN=hal_first ",
      '"Authorization": "Bearer hal_first"',
      "\n  halyard approvals\n",
      "Try first",
    ]) {
      expect(stdout).toContain(part);
    }
  });

  it("writes the same facts as one line of JSON", async () => {
    const { stdout } = await runCli(["start", "--json"], { env });
    expect(stdout.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({
      sandbox: { url: "http://127.0.0.1:4151", accountName: "Fable Apparel", profiles: 250 },
      gateway: { url: "http://127.0.0.1:4150/mcp" },
      agent: { name: "first-agent" },
      connection: { name: "sandbox" },
      setup: { token: "hal_first", stdio: { config: { mcpServers: { halyard: { args: ["/opt/halyard/bin/halyard.mjs", "mcp"] } } } } },
      approvals: "halyard approvals",
    });
  });

  it("hands its options on", async () => {
    const { asked } = await runCli(["start", "--port", "5000", "--sandbox-port", "5001", "--no-sandbox", "--seed", "7"], { env });
    expect(asked[0]).toEqual(["start", 5000, 5001, { sandbox: false, seed: 7 }]);
  });

  it("names the way to a new agent where there is no token to show", async () => {
    const { startGateway } = createParts(fakeState());
    const without: typeof startGateway = async (config, options) => {
      const { agent: _, ...started } = await startGateway(config, options);
      return started;
    };
    const { stdout } = await runCli(["start"], { env, parts: { startGateway: without } });
    expect(stdout).toContain("halyard agents add claude --connection sandbox");
    expect(stdout).not.toContain("mcpServers");
  });
});
