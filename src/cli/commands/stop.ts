import type { Command } from "commander";
import { HalyardError, ERROR_CODES } from "../../lib/errors.ts";
import type { StopReport } from "../../gate/stop.ts";
import type { Stopped } from "../../gate/approvals/stop-held.ts";
import { styled, table, type Line } from "../layout.ts";
import { resultLines } from "../result-lines.ts";
import type { Session } from "../session.ts";

const HELP = `
What sends messages waits after your yes (policy: hold.sends_seconds). Until it has left, stop keeps it from going, and tells whether it came in time.
With --all, at once and for every process that works on this store: no further write is begun, and what waits for its turn does not leave. Reads go on.
What was on its way is listed; halyard activity tells how each ended. To let writes through again: halyard resume.
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
    .argument("[id]", "appr_… or call_…")
    .option("--all", "every write of every connection")
    .addHelpText("after", HELP)
    .action(async (id: string | undefined, { all = false }: { all?: boolean }) => {
      if (all && id !== undefined) throw new HalyardError("usage", "Name one to stop, or say --all, not both.");
      if (all) return stopAll(session);
      if (id === undefined) throw new HalyardError("usage", "Say what to stop: an id, or --all for every write.", HINT(session));
      if (!/^(appr|call)_/.test(id))
        throw new HalyardError(
          "usage",
          "This is the id of neither an approval nor a call; those begin with appr_ and call_.",
          HINT(session),
        );
      await stopOne(session, id);
    });
}

const HINT = ({ typed }: Session): { hint: string } => ({ hint: `${typed("approvals --all")} lists them.` });

async function stopOne(session: Session, id: string): Promise<void> {
  const { gate } = await session.app();
  const stopped = await session.output.during("Stopping it", gate.stop(id, session.by));
  const { outcome, approval } = stopped;
  if (outcome !== "stopped") session.endWith(ERROR_CODES.conflict.exit);
  session.output.result(stopped, (): Line[] => [
    TOLD[outcome],
    ...(approval.result && outcome !== "stopped" ? resultLines(approval.result, session) : []),
  ]);
}

async function stopAll(session: Session): Promise<void> {
  const { gate } = await session.app();
  const report = await gate.stopAll(session.by);
  session.output.result(report, () => [
    [styled("red", "Stopped. "), `No write leaves since ${report.stopped_at}.`],
    ...inFlightLines(report),
    `  To let writes through again: ${session.typed("resume")}`,
  ]);
}

function inFlightLines({ in_flight }: StopReport): Line[] {
  if (in_flight.length === 0) return ["  Nothing was on its way."];
  const rows = in_flight.map(({ call_id, operation, since }) => [call_id, operation, since]);
  return ["  On its way in that moment, so that it may still arrive:", ...table(["call", "action", "since"], rows)];
}
