import type { Command } from "commander";
import { ERROR_CODES } from "../../lib/errors.ts";
import { fields, styled, type Line } from "../layout.ts";
import type { CliApp } from "../parts.ts";
import type { Session } from "../session.ts";

type Verdict = Awaited<ReturnType<CliApp["audit"]["verify"]>>;
type Fault = NonNullable<Verdict["bad"]>["kind"];

/** What each fault means, for someone who was not there. */
const MEANINGS: Record<Fault, string> = {
  missing: "Rows were deleted, or the store is an older copy.",
  edited: "What this row says was changed after it was written.",
  replaced: "This row, or the one before it, was put in the place of another.",
  added: "A row was added by something other than Halyard.",
  head: "The row that says where the record ends was deleted.",
  unsigned: "The rows around it were written by someone who does not have the key of this store.",
  cut: "The end of the record was cut off since that checkpoint, or the store was restored from an older backup.",
  rewritten: "The record was made anew, at least from here on, since that checkpoint.",
};

export function buildVerify(command: Command, session: Session): void {
  command
    .command("verify")
    .description("Read the whole record and prove that no row was changed, added or taken away.")
    .option("--checkpoint <token>", "against a checkpoint that you kept elsewhere: finds a cut end and a rewritten record")
    .option("--public-key <key>", "against a public key that you kept elsewhere, not the one in the store")
    .addHelpText("after", "\nExit status: 0 whole, 74 changed, 2 the checkpoint or key is not one of this store.")
    .action(async (given: { checkpoint?: string; publicKey?: string }) => {
      const app = await session.app();
      const verdict = await session.output.during("Reading the record", app.audit.verify(given));
      if (verdict.bad) session.endWith(ERROR_CODES.audit_broken.exit);
      session.output.result({ ok: verdict.bad === undefined, ...verdict, ...(verdict.bad && { means: MEANINGS[verdict.bad.kind] }) }, () =>
        verdictLines(verdict, given.checkpoint !== undefined, session),
      );
    });
}

function verdictLines({ rows, head, first, checkpoints, bad }: Verdict, isChecked: boolean, session: Session): Line[] {
  if (bad) {
    return [
      [styled("red", "Changed. "), `Row ${bad.seq}: ${bad.why}. The ${rows} rows before it are as they were written.`],
      `  ${MEANINGS[bad.kind]}`,
      ...fields([["head", head]]),
      "  Keep the files as they are, restore the store from a backup, and look at who could write to it.",
    ];
  }
  const since = first === undefined ? "" : ` Rows before ${first} were pruned, which a signed tombstone says.`;
  return [
    [styled("green", "Whole. "), `All ${rows} rows are as they were written.${since}`],
    ...fields([
      ["head", head],
      ["checkpoints", checkpoints === undefined ? undefined : String(checkpoints)],
    ]),
    isChecked
      ? "  It goes on from the checkpoint that you gave."
      : `  A record that was made anew as a whole shows only against a checkpoint kept elsewhere: ${session.typed("audit checkpoint")}`,
  ];
}

export function buildCheckpoint(command: Command, session: Session): void {
  command
    .command("checkpoint")
    .description("Sign how far the record goes, and print it as one line to keep elsewhere.")
    .addHelpText("after", "\nThe line goes to standard output, what to do with it to standard error. It holds no personal data.")
    .action(async () => {
      const { audit } = await session.app();
      const made = await audit.checkpoint();
      session.output.result(made, () => [made.token]);
      session.output.note([
        `Row ${made.seq}, signed. Keep the line where whoever can write to this machine cannot: a mailbox, another machine, paper.`,
        `Later: ${session.typed("audit verify --checkpoint TOKEN")}`,
        `Public key of this store: ${made.publicKey}`,
      ]);
    });
}
