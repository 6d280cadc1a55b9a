import type { Command } from "commander";
import { HalyardError } from "../../lib/errors.ts";
import { ownerAgrees, type Agreement } from "../ask.ts";
import { cardLines } from "../card-lines.ts";
import { afterApproval } from "../result-lines.ts";
import type { Session } from "../session.ts";
import { findApproval, mustBePending } from "./approvals.ts";

const HELP = `
Shows the card once more and asks. What is sent is exactly what the card shows; anything that changed meanwhile voids it.
Without a terminal say --yes, and for risk 5 (erasure, merge, keys, legal) --yes=<operation>.
Exit status: 0 done, accepted or left to the agent; 65 rejected; 69 unknown; 75 it could not be used any more.`;

export const example = "approve appr_01M8";

export function build(command: Command, session: Session): void {
  command
    .argument("<id>", "appr_…")
    .option("--later", "leave the sending to the agent, which has an hour to ask again")
    .option("--yes", "without asking; --yes=<operation> for risk 5")
    .option("--confirm <operation>", "the same as --yes=<operation>")
    .addHelpText("after", HELP)
    .action(async (id: string, { later, ...agreement }: Agreement & { later?: true }) => {
      const { gate } = await session.app();
      const shown = await findApproval(session, id);
      mustBePending(shown);
      session.output.note(cardLines(shown, session.io.clock.now()));
      if (!(await ownerAgrees(session, shown, agreement))) {
        throw new HalyardError("usage", "Nothing was decided; it goes on waiting.", {
          hint: `To say no for good: ${session.typed(`deny ${id}`)}`,
        });
      }
      const approved = await session.output.during("Sending it to Klaviyo", gate.approve(id, session.by, { run: !later }));
      const { lines, status } = afterApproval(approved, session);
      session.endWith(status);
      session.output.result(approved, () => lines);
    });
}
