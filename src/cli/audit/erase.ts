import type { Command } from "commander";
import { HalyardError } from "../../lib/errors.ts";
import { askLine } from "../ask.ts";
import { styled } from "../layout.ts";
import type { Session } from "../session.ts";
import { timeOf } from "./export.ts";

interface Sure {
  yes?: true;
}

export function buildErase(command: Command, session: Session): void {
  command
    .command("erase")
    .description("Erase the keys of days: what calls said about people is gone, the record still verifies.")
    .option("--day <day>", "this day, 2026-07-15, in UTC")
    .option("--before <day>", "every day before this one")
    .option("--yes", "without asking")
    .addHelpText(
      "after",
      "\nCannot be undone. Backups from before hold the keys still: erase those too. What waits for approval of those days is voided.",
    )
    .action(async ({ day, before, yes }: Sure & { day?: string; before?: string }) => {
      if ((day === undefined) === (before === undefined)) throw new HalyardError("usage", "Say either --day or --before.");
      for (const one of [day, before])
        if (one !== undefined && !/^\d{4}-\d\d-\d\d$/.test(one)) throw new HalyardError("usage", "A day is written like 2026-07-15.");
      const days = day === undefined ? { from: "", to: before ?? "" } : { from: day, to: `${day}~` };
      const what = day === undefined ? `every day before ${before}` : day;
      await mustAgree(session, yes, `Erase what calls of ${what} said, for good? [y/N]`);
      const { audit } = await session.app();
      const erased = await audit.erase(days, session.by);
      session.output.result(erased, () => [
        [
          styled("green", "Erased. "),
          `${erased.days.length} ${erased.days.length === 1 ? "day" : "days"}, the content of ${erased.bodies} calls.`,
        ],
        ...(erased.voided > 0 ? [`  ${erased.voided} approvals of then can no longer be used.`] : []),
        "  Backups from before hold the keys still.",
      ]);
    });
}

export function buildPrune(command: Command, session: Session): void {
  command
    .command("prune")
    .description("Take the beginning of the record away; a signed tombstone stands for it.")
    .requiredOption("--before <time>", "rows from before this time: 2026-07-15 or 2026-07-15T10:00Z")
    .option("--yes", "without asking")
    .addHelpText("after", "\nCannot be undone; export first. The list of calls stays.")
    .action(async ({ before, yes }: Sure & { before: string }) => {
      const at = timeOf("--before", before) ?? 0;
      await mustAgree(session, yes, `Delete the rows of the record from before ${before}? [y/N]`);
      const { audit } = await session.app();
      const pruned = await audit.prune(at, session.by);
      session.output.result(pruned, () => [
        [
          styled("green", "Pruned. "),
          `${pruned.rows} rows, and the content of ${pruned.bodies} calls. The record begins at row ${pruned.first} now.`,
        ],
      ]);
    });
}

export function buildAcceptRestore(command: Command, session: Session): void {
  command
    .command("accept-restore")
    .description("After a restore from a backup: let writes go on with the store as it is.")
    .option("--yes", "without asking")
    .addHelpText(
      "after",
      "\nThe store forgot what happened after the backup was made: look at the account in Klaviyo first. Whatever waits or was approved is voided, for it may have been used already.",
    )
    .action(async ({ yes }: Sure) => {
      const { audit } = await session.app();
      const gap = await audit.gap();
      if (!gap) throw new HalyardError("conflict", "Writes are not frozen: there is no restore to accept.");
      session.output.note([
        `The record went to row ${gap.marked.seq}, and the store that is here goes to row ${gap.head.seq}.`,
        "Writes that were sent in between are not known here; an agent that asks for them again would do them twice.",
      ]);
      await mustAgree(session, yes, "Have you looked at the account, and shall writes go on? [y/N]");
      const accepted = await audit.acceptRestore(session.by);
      session.output.result(accepted, () => [
        [styled("green", "Accepted. "), `Writes go on. ${accepted.voided} approvals that could have been used before are void.`],
      ]);
    });
}

async function mustAgree({ io, output }: Session, yes: true | undefined, question: string): Promise<void> {
  if (yes) return;
  if (!io.isTty || output.isJson)
    throw new HalyardError("usage", "There is nobody to ask: this is no terminal, or --json was given.", {
      hint: "Say --yes to do it without asking.",
    });
  if (!/^y(es)?$/i.test((await askLine(io, question))?.trim() ?? "")) throw new HalyardError("usage", "Nothing was changed.");
}
