import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Secret } from "../lib/secret.ts";
import { bold, dim, type Line } from "./layout.ts";
import type { Self } from "./parts.ts";

/** What is pasted into an agent so that it finds the gateway. Holds the agent's token: shown once, kept nowhere. */
export interface AgentSetup {
  token: string;
  /** Left out where the agent's own process could not open the store without a secret of the owner's. */
  stdio?: { config: object; claude: string };
  http: { url: string; header: string; config: object; claude: string };
}

interface SetupInput {
  self: Self;
  config: Config;
  token: Secret;
  /** The gateway's MCP address. */
  url: string;
}

/** Where the gateway answers MCP on this machine. */
export function gatewayUrl({ port }: Config): string {
  return `http://127.0.0.1:${port}/mcp`;
}

/** Builds the texts for both ways in. */
export function agentSetup({ self, config, token: secret, url }: SetupInput): AgentSetup {
  const token = secret.reveal();
  const header = `Authorization: Bearer ${token}`;
  const http = {
    url,
    header,
    config: { mcpServers: { halyard: { type: "http", url, headers: { Authorization: `Bearer ${token}` } } } },
    claude: `claude mcp add --transport http halyard ${url} --header ${quoted(header)}`,
  };
  if (!opensWithoutSecrets(config)) return { token, http };
  const env = {
    HALYARD_AGENT_TOKEN: token,
    HALYARD_HOME: config.home,
    ...(config.databaseUrl !== `file:${join(config.home, "halyard.db")}` && { HALYARD_DATABASE_URL: config.databaseUrl }),
  };
  const variables = Object.entries(env).map(([name, value]) => `--env ${quoted(`${name}=${value}`)}`);
  return {
    token,
    http,
    stdio: {
      config: { mcpServers: { halyard: { command: self.node, args: [self.bin, "mcp"], env } } },
      claude: `claude mcp add halyard ${variables.join(" ")} -- ${quoted(self.node)} ${quoted(self.bin)} mcp`,
    },
  };
}

/** A database password or master key in an agent's settings would let the agent decide for itself. */
function opensWithoutSecrets({ databaseUrl, masterKey }: Config): boolean {
  const { environmentKey, passphrase, fileDescriptor } = masterKey;
  return databaseUrl.startsWith("file:") && environmentKey === undefined && passphrase === undefined && fileDescriptor === undefined;
}

/** The texts to paste, for people. */
export function setupLines({ stdio, http }: AgentSetup): Line[] {
  const lines: Line[] = [];
  if (stdio) {
    lines.push(bold("Paste into an agent that starts its own tools (stdio):"), ...jsonLines(stdio.config));
    lines.push(dim("or in a terminal, for Claude Code:"), `  ${stdio.claude}`, "");
  } else {
    lines.push(dim("The store or its master key needs a secret that no agent should hold: connect agents over HTTP only."), "");
  }
  lines.push(bold(`${stdio ? "Or, while" : "While"} halyard start runs, over HTTP:`), ...jsonLines(http.config));
  lines.push(dim("or in a terminal, for Claude Code:"), `  ${http.claude}`);
  return lines;
}

function jsonLines(value: object): Line[] {
  return JSON.stringify(value, null, 2)
    .split("\n")
    .map((line) => `  ${line}`);
}

/** For a POSIX shell: in single quotes where it needs any. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
