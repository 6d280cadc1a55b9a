import type { Command } from "commander";
import { styled } from "../layout.ts";
import type { Session } from "../session.ts";

export const example = "resume";

const WAS: Record<string, string> = {
  stopped: "They were stopped.",
  superseded: "A newer Halyard held the store; this version holds it now.",
};

export function build(command: Command, session: Session): void {
  command
    .addHelpText("after", "\nUndoes halyard stop, or takes the store back from a newer Halyard. The policy decides as before.")
    .action(async () => {
      const { gate } = await session.app();
      const { was } = await gate.resume(session.by);
      session.output.result({ was }, () => [
        [styled("green", "Writes go again. "), "The policy decides on each as before."],
        ...was.map((reason) => `  ${WAS[reason] ?? reason}`),
      ]);
    });
}
