import type { Command } from "commander";
import { accept, edit, restore } from "../policy/change.ts";
import { explain } from "../policy/explain.ts";
import { diff, history, lint, suggest, test } from "../policy/look.ts";
import { show } from "../policy/show.ts";
import { wholeNumber, type Session } from "../session.ts";

const HELP = `
The policy is a file that you edit; it counts from the next call on. The strictest rule that matches decides, without one the preset.
  1. halyard policy show               where the file is, what it says, and what is new in the catalog
  2. halyard policy edit               change it: checked, compared, and put in force when you say so
  3. halyard policy explain ACTION     what would happen to one action, and why
  4. halyard policy suggest            the least that your agents have needed`;

export const example = "policy explain send_campaign";

interface On {
  connection?: string;
}

export function build(command: Command, session: Session): void {
  command.addHelpText("after", HELP);
  const on = (name: string, description: string): Command =>
    command.command(name).description(description).option("--connection <name>", "needed where there are several");

  on("show", "Show the policy of a connection and how many actions it allows.").action(({ connection }: On) => show(session, connection));
  on("explain", "Tell what the policy says to an action, and which rule and which facts decide.")
    .argument("<action>")
    .argument("[arguments...]", "key=value, where they change what happens")
    .option("--agent <name>", "as if this agent called")
    .option("--door <door>", "as if the call came in by stdio, http or cli", "stdio")
    .action((action: string, words: string[], options: On & { agent?: string; door: string }) => explain(session, action, words, options));
  on("edit", "Change the policy in your editor: it is checked and compared before it counts.")
    .option("--file <path>", "take this file instead of opening the editor")
    .option("--yes", "put it in force without asking")
    .action((options: On & { file?: string; yes?: true }) => edit(session, options));
  on("accept", "Take the file as it is, and what is new in the catalog.")
    .option("--yes", "without asking")
    .action((options: On & { yes?: true }) => accept(session, options));
  on("history", "List the versions of a policy: who changed what, and when.")
    .option("--restore <version>", "put this version in force again", wholeNumber("--restore", 1, 1_000_000))
    .option("--yes", "without asking")
    .action((options: On & { restore?: number; yes?: true }) =>
      options.restore === undefined ? history(session, options.connection) : restore(session, options.restore, options),
    );
  on("lint", "Check a document: what cannot be used, and rules that never decide.")
    .argument("[file]", "instead of the policy in force")
    .action((file: string | undefined, { connection }: On) => lint(session, file, connection));
  on("diff", "Tell what a document would newly allow, ask and deny.")
    .argument("<file>", "compared with the policy in force")
    .action((file: string, { connection }: On) => diff(session, file, connection));
  on("test", "Decide the cases of a file; fails when one is decided otherwise than expected.")
    .argument("<cases>", "a YAML list of action, args, facts and expect")
    .option("--policy <file>", "by this document instead of the policy in force")
    .action((cases: string, options: On & { policy?: string }) => test(session, cases, options));
  on("suggest", "Propose the least that was needed, and the narrowest Klaviyo key.")
    .option("--days <n>", "look back so many days", wholeNumber("--days", 1, 3650), 30)
    .option("--document <which>", "print that document alone: narrow or wide")
    .action((options: On & { days: number; document?: string }) => suggest(session, options));
}
