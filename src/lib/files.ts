import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { HalyardError } from "./errors.ts";

/** Replaces a file so that whoever reads it, even after a power failure, finds the old text or the new one, whole. Only its owner may read it. */
export function writeAtomically(path: string, text: string): void {
  const beside = `${path}.${process.pid}.new`;
  try {
    const file = openSync(beside, "w", 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
    syncFolder(dirname(path));
  } catch (thrown) {
    rmSync(beside, { force: true });
    throw unwritable(path, thrown);
  }
}

/** Writes a file unless there is one. */
export function writeOnce(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "wx", mode: 0o600 });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw unwritable(path, thrown);
  }
}

/** A rename is on disk when its folder is. Systems that cannot open folders keep it without. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function unwritable(path: string, thrown: unknown): HalyardError {
  return new HalyardError("config", `The file ${path} cannot be written.`, {
    cause: thrown,
    hint: "See that its folder is there and yours.",
  });
}
