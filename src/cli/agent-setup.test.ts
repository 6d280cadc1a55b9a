import { describe, expect, it } from "vitest";
import { readConfig } from "../config.ts";
import { Secret } from "../lib/secret.ts";
import { agentSetup, gatewayUrl, setupLines } from "./agent-setup.ts";

const self = { node: "/opt/my node/bin/node", nodeVersion: "24.0.0", bin: "/opt/halyard/bin/halyard.mjs", isClone: false };

function setupFor(env: NodeJS.ProcessEnv) {
  const config = readConfig({ HALYARD_HOME: "/srv/it's", HALYARD_PORT: "4150", ...env });
  return agentSetup({ self, config, token: new Secret("hal_t"), url: gatewayUrl(config) });
}

describe("what is pasted into an agent", () => {
  it("starts this very installation over stdio, with home and token in the environment only", () => {
    const { stdio } = setupFor({});
    expect(stdio?.config).toEqual({
      mcpServers: {
        halyard: { command: self.node, args: [self.bin, "mcp"], env: { HALYARD_AGENT_TOKEN: "hal_t", HALYARD_HOME: "/srv/it's" } },
      },
    });
    expect(stdio?.claude).toBe(
      "claude mcp add halyard --env HALYARD_AGENT_TOKEN=hal_t --env 'HALYARD_HOME=/srv/it'\\''s' -- '/opt/my node/bin/node' /opt/halyard/bin/halyard.mjs mcp",
    );
  });

  it("names the address and the header for HTTP", () => {
    expect(setupFor({}).http).toEqual({
      url: "http://127.0.0.1:4150/mcp",
      header: "Authorization: Bearer hal_t",
      config: { mcpServers: { halyard: { type: "http", url: "http://127.0.0.1:4150/mcp", headers: { Authorization: "Bearer hal_t" } } } },
      claude: "claude mcp add --transport http halyard http://127.0.0.1:4150/mcp --header 'Authorization: Bearer hal_t'",
    });
  });

  it("says which database, where it is not the usual one", () => {
    expect(setupFor({ HALYARD_DATABASE_URL: "file:/srv/other.db" }).stdio?.claude).toContain(
      "--env HALYARD_DATABASE_URL=file:/srv/other.db",
    );
  });

  it.each([
    { HALYARD_DATABASE_URL: "postgres://u:password@db/h" },
    { HALYARD_PASSPHRASE: "password" },
    { HALYARD_MASTER_KEY: "password" },
    { HALYARD_MASTER_KEY_FD: "3" },
  ])("gives no agent a secret of the owner's: %j", (env) => {
    const setup = setupFor(env);
    expect(setup.stdio).toBeUndefined();
    expect(JSON.stringify([setup, setupLines(setup)])).not.toContain("password");
    expect(JSON.stringify(setupLines(setup))).toContain("over HTTP only");
  });
});
