import type { Command } from "commander";
import { agentSetup, setupLines, type AgentSetup } from "../agent-setup.ts";
import { bold, dim, fields, styled, type Line } from "../layout.ts";
import type { Started } from "../../start.ts";
import { wholeNumber, type Session } from "../session.ts";

interface StartFlags {
  port?: number;
  sandboxPort?: number;
  sandbox: boolean;
  seed?: number;
}

export const example = "start --port 5000";

export function build(command: Command, session: Session): void {
  command
    .option("--port <n>", "port of the gateway on this machine (default 4150)", wholeNumber("--port", 0, 65_535))
    .option("--sandbox-port <n>", "port of the sandbox (default 4151)", wholeNumber("--sandbox-port", 0, 65_535))
    .option("--no-sandbox", "only the gateway, for accounts that are connected")
    .option("--seed <n>", "another sandbox shop; the same number gives the same shop", wholeNumber("--seed", 0, 2 ** 32 - 1))
    .action(async ({ port, sandboxPort, sandbox, seed }: StartFlags) => {
      const config = { ...session.config(), ...(port !== undefined && { port }), ...(sandboxPort !== undefined && { sandboxPort }) };
      const started = await session.parts.startGateway(config, { sandbox, ...(seed !== undefined && { seed }) });
      const token = started.agent?.token;
      const setup = token && agentSetup({ self: session.parts.self, config, token, url: started.gateway.url });
      tell(session, started, setup);
      const signal = await session.io.untilStopped();
      session.output.note([dim(`Stopping (${signal}).`)]);
      await started.close();
    });
}

function tell({ output, parts, typed }: Session, { sandbox, gateway, agent, connection }: Started, setup: AgentSetup | undefined): void {
  const facts = {
    version: parts.version,
    ...(sandbox && { sandbox }),
    gateway,
    connection,
    ...(agent && { agent: { name: agent.name } }),
    ...(setup && { setup }),
    approvals: typed("approvals"),
  };
  output.result(facts, () => [
    [styled("green", "Halyard is running. "), "Ctrl-C stops it."],
    ...fields([
      ["shop", sandbox && [bold(sandbox.accountName), `, a sandbox with ${sandbox.profiles} profiles at ${sandbox.url}`]],
      ["connection", connection.name],
      ["gateway", gateway.url],
      ["agent", agent?.name],
    ]),
    "",
    ...(setup
      ? setupLines(setup)
      : [`Agents that you made before connect as they did. A new one: ${typed(`agents add claude --connection ${connection.name}`)}`]),
    "",
    bold("In a second terminal, see and decide what the agent asks:"),
    `  ${typed("approvals")}`,
    "",
    ...firstSteps(connection.name),
  ]);
}

function firstSteps(connection: string): Line[] {
  return [
    bold("Try first, in the agent:"),
    `  "Which lists do we have in ${connection}?"   it reads, and the answer comes at once`,
    '  "Create a list called Spring launch."   it asks: the card is in the second terminal',
  ];
}
