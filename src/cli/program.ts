import { Command, type CommanderError } from "commander";
import { HalyardError } from "../lib/errors.ts";
import { nearest } from "../lib/text.ts";
import type { CommandEntry, Session } from "./session.ts";

const LIFE_CYCLE = `
The life of a connection:
  1. halyard connect           paste a Klaviyo private key; it is checked, sealed and never shown again
  2. halyard agents add NAME   make a token for an agent and get the text to paste into it
  3. halyard approvals         see what agents ask; halyard approve or halyard deny
  4. halyard activity          see what happened, and which rule decided

Only looking? halyard start runs a sandbox shop and the gateway on this machine.`;

/** The whole command line, with only the command loaded that is wanted. */
export async function buildProgram(entries: readonly CommandEntry[], wanted: string | undefined, session: Session): Promise<Command> {
  const program = new Command("halyard")
    .description(
      "Gateway between a Klaviyo account and AI agents: every read runs, every write is decided by you, everything is on the record.",
    )
    .version(session.parts.version, "-V, --version", "print the version")
    .option("--json", "one JSON document on stdout; errors as JSON on stderr")
    .helpOption("-h, --help", "explain the command")
    .commandsGroup("Help:")
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
    const command = program
      .command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
      .helpGroup(group);
    if (name !== wanted) continue;
    const { build, example } = await load();
    build(command, session);
    command.addHelpText("after", `\nFor example: ${session.typed(example)}`);
  }
  return program;
}

/** The exit status of a `--help` or `--version`, or the usage error that commander found. */
export function settleCommander(error: CommanderError, program: Command, words: readonly string[]): number {
  if (error.exitCode === 0) return 0;
  const group = program.commands.find((command) => command.name() === words[0]);
  if (error.code === "commander.help")
    throw usage("A command is missing.", `halyard ${group ? `${group.name()} ` : ""}--help tells what there is.`);
  const [told = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  // A misspelt command in a group that can also do without one is an argument too many for commander.
  const [near] =
    error.code === "commander.excessArguments" ? nearest(words[1] ?? "", group?.commands.map((command) => command.name()) ?? [], 1) : [];
  const meant = near === undefined ? suggestion?.replace(/^\((.*)\)$/, "$1") : `Did you mean ${near}?`;
  throw usage(
    `${told[0]?.toUpperCase() ?? ""}${told.slice(1).replace(/\.$/, "")}.`,
    meant ?? `halyard ${group ? `${group.name()} ` : ""}--help tells how it is used.`,
  );
}

function usage(message: string, hint: string): HalyardError {
  return new HalyardError("usage", message, { hint });
}
