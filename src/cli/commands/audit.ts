import type { Command } from "commander";
import { ERROR_CODES } from "../../lib/errors.ts";
import { fields, styled } from "../layout.ts";
import type { Session } from "../session.ts";

export const example = "audit verify";

export function build(command: Command, session: Session): void {
  command
    .command("verify")
    .description("Read the whole record and prove that no row was changed, added or taken away.")
    .addHelpText(
      "after",
      "\nKeep the head somewhere else: a record that was cut and rebuilt as a whole shows only against a head from before.\nExit status: 0 whole, 74 changed.",
    )
    .action(async () => {
      const app = await session.app();
      const verdict = await session.output.during("Reading the record", app.verifyAudit());
      const { rows, head, bad } = verdict;
      if (bad) session.endWith(ERROR_CODES.audit_broken.exit);
      session.output.result({ ok: bad === undefined, ...verdict }, () => [
        bad
          ? [styled("red", "Changed. "), `Row ${bad.seq}: ${bad.why}. The ${rows} rows before it are as they were written.`]
          : [styled("green", "Whole. "), `All ${rows} rows are as they were written.`],
        ...fields([["head", head]]),
        ...(bad ? ["  Keep the files as they are, restore the store from a backup, and look at who could write to it."] : []),
      ]);
    });
}
