import type { Command } from "commander";
import { HalyardError } from "../../lib/errors.ts";
import { askLine } from "../ask.ts";
import { styled } from "../layout.ts";
import type { Session } from "../session.ts";
import { underWayLines } from "../under-way-lines.ts";

export const example = "revoke shop";

export function build(command: Command, session: Session): void {
  command
    .argument("<connection>", "its name")
    .option("--yes", "without asking")
    .addHelpText(
      "after",
      "\nAt once: the key is erased, its agents get no further, and nothing that waits is sent. To cut off one agent only: halyard agents revoke NAME",
    )
    .action(async (name: string, { yes }: { yes?: true }) => {
      const app = await session.app();
      const connection = await app.connections.find(name);
      if (
        !yes &&
        !(await isWanted(session, `Erase the key of ${connection.name} (${connection.account_name}) and cut its agents off? [y/N]`))
      ) {
        throw new HalyardError("usage", "Nothing was revoked.");
      }
      const { connection: revoked, ...found } = await app.connections.revoke(connection.id, session.by);
      session.output.result({ connection: revoked, ...found }, () => [
        [styled("green", "Revoked. "), `The key of ${revoked.name} is erased here.`],
        ...underWayLines(found, session),
        ...(found.purged ? [] : ["  Another process reads the database: what was erased leaves its files when that one has ended."]),
        "  Delete it in Klaviyo too (Settings → API keys): only that ends it everywhere.",
      ]);
    });
}

async function isWanted({ io, output }: Session, question: string): Promise<boolean> {
  if (!io.isTty || output.isJson)
    throw new HalyardError("usage", "There is nobody to ask: this is no terminal, or --json was given.", {
      hint: "Say --yes to revoke without asking.",
    });
  return /^y(es)?$/i.test((await askLine(io, question))?.trim() ?? "");
}
