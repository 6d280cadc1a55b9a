import { Command, CommanderError } from "commander";
import { HalyardError } from "../lib/errors.ts";
import type { CommandEntry, Session } from "./session.ts";

const LIFE_CYCLE = `
The life of a connection:
  1. halyard connect           paste a Klaviyo private key; it is checked, sealed and never shown again
  2. halyard agents add NAME   make a token for an agent and get the text to paste into it
  3. halyard approvals         see what agents ask; halyard approve or halyard deny
  4. halyard activity          see what happened, and which rule decided

Only looking? halyard start runs a sandbox shop and the gateway on this machine.`;

/** The whole command line, with only the commands loaded that `words` name. */
export async function buildProgram(entries: readonly CommandEntry[], words: readonly string[], session: Session): Promise<Command> {
  const program = new Command("halyard")
    .description("Gateway between a Klaviyo account and AI agents: every read runs, every write is decided by you, everything is on the record.")
    .version(session.parts.version, "-V, --version", "print the version")
    .option("--json", "one JSON document on stdout; errors as JSON on stderr")
    .helpOption("-h, --help", "explain the command")
    .helpCommand("help [command]", "explain a command")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void session.io.stdout.write(text),
      writeErr: (text) => void (session.output.isJson || session.io.stderr.write(text)),
      // Told by the caller, in the form that all errors have.
      outputError: () => undefined,
    })
    .addHelpText("after", LIFE_CYCLE)
    .exitOverride();
  for (const { name, summary, group, load } of entries) {
    const command = program.command(name).summary(summary).description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`).helpGroup(group);
    if (words.includes(name)) (await load()).build(command, session);
  }
  return program;
}

/** The exit status of a `--help` or `--version`, or the usage error that commander found. */
export function settleCommander(error: CommanderError, command: string | undefined): number {
  if (error.exitCode === 0) return 0;
  const [first = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  const isBare = error.code === "commander.help";
  throw new HalyardError("usage", isBare ? "A command is missing." : `${first[0]?.toUpperCase() ?? ""}${first.slice(1).replace(/\.$/, "")}.`, {
    hint: suggestion?.replace(/^\((.*)\)$/, "$1") ?? `halyard ${command === undefined ? "" : `${command} `}--help tells what there is.`,
  });
}
