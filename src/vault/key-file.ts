import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { HalyardError } from "../lib/errors.ts";
import type { RandomBytes } from "../lib/ids.ts";

/** The text of a key file, or `undefined` when there is none. Error `master_key` when others may read it, or we may not. */
export function readKeyFile(file: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined;
    throw keyFailure(`The master key file ${file} cannot be read.`, "Give the user that runs Halyard read permission on it.", cause);
  }
  try {
    if ((fstatSync(descriptor).mode & 0o077) !== 0 && process.platform !== "win32") {
      throw keyFailure(`Other users may read the master key file ${file}.`, `Run: chmod 600 ${file}`);
    }
    return readFileSync(descriptor, "latin1");
  } finally {
    closeSync(descriptor);
  }
}

/** Makes the key file, unless there is one: it is written beside and linked, so it appears whole or not at all, and never in the place of another. */
export function createKeyFile(file: string, text: string, random: RandomBytes): void {
  const beside = `${file}.${process.pid}.${Buffer.from(random(6)).toString("hex")}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const descriptor = openSync(beside, "wx", 0o600);
    writeFileSync(descriptor, `${text}\n`);
    fsyncSync(descriptor);
    closeSync(descriptor);
    linkOrCopy(beside, file);
    syncDirectory(dirname(file));
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return;
    throw keyFailure(
      `The master key file ${file} cannot be made.`,
      "Give the user that runs Halyard write permission on its directory.",
      cause,
    );
  } finally {
    rmSync(beside, { force: true });
  }
}

/** Where the next key waits while a rotation is under way: named for its key, so that two rotations cannot be confused. */
export function besideKeyFile(file: string, keyId: string): string {
  return `${file}.${keyId}`;
}

/** Puts the key that waits beside into the place of the key file. False when it does not wait (any more). */
export function promoteKeyFile(file: string, keyId: string): boolean {
  try {
    renameSync(besideKeyFile(file, keyId), file);
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return false;
    throw keyFailure(
      `The master key file ${file} cannot be replaced.`,
      "Give the user that runs Halyard write permission on its directory.",
      cause,
    );
  }
  syncDirectory(dirname(file));
  return true;
}

/** Overwrites a key file and removes it; what is not there is left so. */
export function removeKeyFile(file: string): void {
  try {
    const descriptor = openSync(file, "r+");
    writeFileSync(descriptor, "0".repeat(fstatSync(descriptor).size));
    fsyncSync(descriptor);
    closeSync(descriptor);
    rmSync(file);
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return;
    throw keyFailure(`The old master key file ${file} cannot be removed.`, "Remove it by hand: nothing needs it any more.", cause);
  }
  syncDirectory(dirname(file));
}

/** Removes what rotations that never came to an end left beside the key file. */
export function sweepBesideKeyFile(file: string, keepIds: readonly string[]): void {
  let names: string[] = [];
  try {
    names = readdirSync(dirname(file));
  } catch {
    // No folder, nothing in it.
  }
  for (const name of names) {
    const id = name.startsWith(`${basename(file)}.`) ? name.slice(basename(file).length + 1) : "";
    if (/^[0-9a-f]{16}$/.test(id) && !keepIds.includes(id)) removeKeyFile(besideKeyFile(file, id));
  }
}

export function keyFailure(message: string, hint: string, cause?: unknown): HalyardError {
  return new HalyardError("master_key", message, { hint, cause });
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (thrown) {
    // Some file systems have no hard links.
    if (!["EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP"].includes(codeOf(thrown))) throw thrown;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

// A key file that is lost when the power fails would take every secret sealed with it along.
function syncDirectory(directory: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(directory, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
}
