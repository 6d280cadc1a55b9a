import type { Command } from "commander";
import { HalyardError } from "../../lib/errors.ts";
import { styled, table } from "../layout.ts";
import type { Session } from "../session.ts";

export const example = "stop --all";

export function build(command: Command, session: Session): void {
  command
    .option("--all", "every write of every connection")
    .addHelpText(
      "after",
      "\nAt once, for every process that works on this store: no further write is begun, and what waits for its turn does not leave. Reads go on.\nWhat was on its way is listed; halyard activity tells how each ended. To let writes through again: halyard resume.",
    )
    .action(async ({ all }: { all?: true }) => {
      if (!all) throw new HalyardError("usage", "Say --all: it stops every write.", { hint: "To cut one connection off: halyard revoke." });
      const { gate } = await session.app();
      const report = await gate.stop(session.by);
      session.output.result(report, () => [
        [styled("red", "Stopped. "), `No write leaves since ${report.stopped_at}.`],
        ...(report.in_flight.length === 0
          ? ["  Nothing was on its way."]
          : [
              "  On its way in that moment, so that it may still arrive:",
              ...table(
                ["call", "action", "since"],
                report.in_flight.map(({ call_id, operation, since }) => [call_id, operation, since]),
              ),
            ]),
        `  To let writes through again: ${session.typed("resume")}`,
      ]);
    });
}
