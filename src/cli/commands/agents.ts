import type { Command } from "commander";
import { agentSetup, gatewayUrl, setupLines } from "../agent-setup.ts";
import { bold, styled, table } from "../layout.ts";
import { chosenConnection, type Session } from "../session.ts";
import { minuteOf } from "../times.ts";
import { underWayLines } from "../under-way-lines.ts";

const HELP = `
The life of an agent:
  1. halyard connect             an account for it to work on
  2. halyard agents add NAME     a token, shown once, and the text to paste
  3. halyard approvals           what it asks of you
  4. halyard agents revoke NAME  the end: its token opens nothing any more`;

export const example = "agents add codex --connection shop";

export function build(command: Command, session: Session): void {
  command.addHelpText("after", HELP).action(() => list(session));
  command
    .command("list")
    .description("List the agents.")
    .action(() => list(session));
  command
    .command("add")
    .description("Make an agent and its token.")
    .argument("<name>", "for example claude")
    .option("--connection <name>", "the account that it works on; needed where there are several")
    .action((name: string, { connection }: { connection?: string }) => add(session, name, connection));
  command
    .command("revoke")
    .description("End an agent: its token opens nothing any more.")
    .argument("<name>")
    .action((name: string) => revoke(session, name));
}

async function list(session: Session): Promise<void> {
  const app = await session.app();
  const [agents, connections] = await Promise.all([app.agents.list(), app.connections.list()]);
  const nameOf = new Map(connections.map(({ id, name }) => [id, name]));
  // Without the hash of its token: that is of no use to anyone who reads a list.
  const shown = agents.map(({ id, name, connection_id, created_at, last_used_at, revoked_at }) => {
    return { id, name, connection: nameOf.get(connection_id) ?? null, created_at, last_used_at, revoked_at };
  });
  session.output.result({ agents: shown }, () => {
    if (shown.length === 0) return [`There is no agent yet. Make one: ${session.typed("agents add claude")}`];
    const rows = shown.map(({ name, connection, created_at, last_used_at, revoked_at }) => [
      name,
      connection ?? "",
      revoked_at === null ? styled("green", "active") : styled("red", `revoked ${minuteOf(revoked_at)}`),
      last_used_at === null ? "never" : minuteOf(last_used_at),
      minuteOf(created_at),
    ]);
    return table(["name", "connection", "status", "last used", "made"], rows);
  });
}

async function add(session: Session, name: string, connectionName: string | undefined): Promise<void> {
  const app = await session.app();
  const connection = await chosenConnection(app, connectionName);
  const { agent, token } = await app.agents.add({ name, connection: connection.name });
  const config = session.config();
  const setup = agentSetup({ self: session.parts.self, config, token, url: gatewayUrl(config) });
  session.output.result({ agent: { id: agent.id, name: agent.name, connection: connection.name }, setup }, () => [
    [
      styled("green", "Made. "),
      "The agent ",
      bold(agent.name),
      ` works on ${connection.name} (${connection.account_name}). Its token is in the texts below and shown only now.`,
    ],
    "",
    ...setupLines(setup),
  ]);
}

async function revoke(session: Session, name: string): Promise<void> {
  const { under_way, held_back, ...agent } = await (await session.app()).agents.revoke(name, session.by);
  session.output.result({ agent: { id: agent.id, name: agent.name, revoked_at: agent.revoked_at }, under_way, held_back }, () => [
    [styled("green", "Revoked. "), `The token of ${agent.name} opens nothing any more; what it asked is not sent.`],
    ...underWayLines({ under_way, held_back }, session),
  ]);
}
