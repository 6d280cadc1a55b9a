import type { Command } from "commander";
import { HalyardError, ERROR_CODES } from "../../lib/errors.ts";
import type { Stopped } from "../../gate/stop.ts";
import { styled, type Line } from "../layout.ts";
import { resultLines } from "../result-lines.ts";
import type { Session } from "../session.ts";

const HELP = `
What sends messages waits after your yes (policy: hold.sends_seconds). Until it has left, stop keeps it from going, and tells whether it came in time.
Exit status: 0 stopped, nothing left; 75 it had left already, or there was nothing to stop.`;

const TOLD: Record<Stopped["outcome"], Line> = {
  stopped: [styled("green", "Stopped. "), "Nothing was sent."],
  too_late: [styled("red", "Too late. "), "It had left before the stop came."],
  unclear: [
    styled("yellow", "Not clear yet. "),
    "It was being sent, and the sender has not said how it ended: look again with approvals show.",
  ],
};

export const example = "stop appr_01M8";

export function build(command: Command, session: Session): void {
  command
    .argument("<id>", "appr_… or call_…")
    .addHelpText("after", HELP)
    .action(async (id: string) => {
      if (!/^(appr|call)_/.test(id)) {
        throw new HalyardError("usage", "This is the id of neither an approval nor a call; those begin with appr_ and call_.", {
          hint: `${session.typed("approvals --all")} lists them.`,
        });
      }
      const { gate } = await session.app();
      const stopped = await session.output.during("Stopping it", gate.stop(id, session.by));
      const { outcome, approval } = stopped;
      if (outcome !== "stopped") session.endWith(ERROR_CODES.conflict.exit);
      session.output.result(stopped, () => [
        TOLD[outcome],
        ...(approval.result && outcome !== "stopped" ? resultLines(approval.result, session) : []),
      ]);
    });
}
