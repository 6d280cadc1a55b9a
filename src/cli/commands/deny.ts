import type { Command } from "commander";
import { styled } from "../layout.ts";
import { mustBeId, type Session } from "../session.ts";

export const example = 'deny appr_01M8 --reason "not before Friday"';

export function build(command: Command, session: Session): void {
  command
    .argument("<id>", "appr_…")
    .option("--reason <text>", "why; the agent is told")
    .action(async (id: string, { reason }: { reason?: string }) => {
      const { gate } = await session.app();
      const view = await gate.deny(mustBeId(id, "appr"), session.by, reason ?? null);
      session.output.result(view, () => [
        [styled("green", "Denied. "), `Nothing was sent. ${view.card.agent} is told when it asks again.`],
      ]);
    });
}
