import type { Command } from "commander";
import type { Session } from "../session.ts";

const HELP = `
An agent starts this by itself; halyard agents add prints what to paste into it. The agent's token is in HALYARD_AGENT_TOKEN.
Standard output carries the protocol only; messages go to standard error.`;

export const example = "mcp";

export function build(command: Command, session: Session): void {
  command.addHelpText("after", HELP).action(() => session.parts.serveStdioDoor(session.config()));
}
