import { traceOf } from "./lib/trace.ts";
import { ERROR_CODES } from "./lib/errors.ts";

/**
 * What nobody caught ends the process, as it must, but without Node's own report: that prints the message and every member of what was thrown,
 * and messages of libraries repeat what they were given, headers too. Also keeps SIGUSR1 from opening the inspector, which shows the whole memory.
 */
export function guardAgainstCrashes(): void {
  process.on("uncaughtException", (thrown) => {
    process.stderr.write(`Halyard ended: something unexpected went wrong inside.\n${traceOf(thrown)}\n`);
    process.exit(ERROR_CODES.internal.exit);
  });
  process.on("SIGUSR1", () => undefined);
}
