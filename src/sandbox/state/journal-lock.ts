import { openSync, readFileSync, rmSync, writeSync, closeSync } from "node:fs";
import { HalyardError } from "../../lib/errors.ts";

/**
 * Takes the journal for this process alone, by a file beside it that names the process; gives back how to let it go. A second sandbox on one
 * journal would rewrite it under the first. A lock whose process is gone is taken over.
 */
export function lockFile(file: string): () => void {
  const lock = `${file}.lock`;
  for (let attempts = 1; ; attempts++) {
    try {
      const handle = openSync(lock, "wx", 0o600);
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return () => rmSync(lock, { force: true });
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") {
        throw new HalyardError("config", `The sandbox journal ${file} cannot be made there.`, {
          cause: thrown,
          hint: "Give --persist a file in a folder that you may write to.",
        });
      }
      if (attempts > 1 || isHeld(lock)) {
        throw new HalyardError("conflict", `Another sandbox is running on ${file}.`, {
          hint: "Stop it first, or give this one a journal or HALYARD_HOME of its own.",
        });
      }
      rmSync(lock, { force: true });
    }
  }
}

function isHeld(lock: string): boolean {
  try {
    process.kill(Number(readFileSync(lock, "utf8")), 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}
