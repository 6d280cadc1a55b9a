import type { Command } from "commander";
import { checkLines } from "../check-lines.ts";
import { runChecks, type Check } from "../doctor-checks.ts";
import type { Session } from "../session.ts";

export const example = "doctor";

export function build(command: Command, session: Session): void {
  command
    .addHelpText(
      "after",
      "\nExit status: 0 unless a check fails, then 1. It changes nothing. Whether this machine's clock is right is not checked.",
    )
    .action(async () => {
      const checks = await session.output.during("Checking", runChecks(session));
      const failed = checks.filter(({ status }) => status === "fail").length;
      if (failed > 0) session.endWith(1);
      session.output.result({ ok: failed === 0, checks }, () => [...checks.flatMap(checkLines), "", summary(checks, failed)]);
    });
}

function summary(checks: Check[], failed: number): string {
  const warned = checks.filter(({ status }) => status === "warn").length;
  return `${checks.length} checks: ${failed} failed, ${warned} to look at.`;
}
