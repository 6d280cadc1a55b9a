import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { corruptFile, sqliteFailure } from "../failures.ts";
import { patiently } from "./sqlite.ts";

/** Above this a full check would be felt at every start; such a file is checked by `halyard doctor` instead. */
const CHECKED_SIZE_BYTES = 64 * 1024 * 1024;

/** Path of a `file:` URL; `file:relative.db`, `file:/path` and `file:///path` all work. */
export function pathOfUrl(url: string): string {
  return url.startsWith("file://") ? fileURLToPath(url) : resolve(url.slice("file:".length));
}

/** Opens or creates the database file, readable by its owner only, checks it and sets the connection up. Errors: the store's codes. */
export async function openSqliteFile(url: string, lockWaitMs: number): Promise<Database.Database> {
  const file = pathOfUrl(url);
  let database: Database.Database | undefined;
  try {
    createPrivately(file);
    checkHealth(file);
    const opened = new Database(file, { timeout: 0 });
    database = opened;
    await patiently(opened, lockWaitMs, () => opened.pragma("journal_mode = wal"));
    // A checkpoint costs milliseconds: at SQLite's own 1,000 pages one write in thirty would pay for it, at 8,000 (32 MB) one in 250.
    for (const pragma of ["synchronous = full", "foreign_keys = on", "secure_delete = on", "wal_autocheckpoint = 8000"])
      opened.pragma(pragma);
    return opened;
  } catch (thrown) {
    database?.close();
    throw sqliteFailure(thrown, file);
  }
}

function createPrivately(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // SQLite gives its -wal and -shm files the mode of the database, which it would create with the process's umask.
  // An existing file is not opened here: closing it would drop the locks that another connection of this process holds on it (POSIX).
  if (!existsSync(file)) createAlone(file);
  const { mode } = statSync(file);
  if ((mode & 0o077) !== 0 && process.platform !== "win32") chmodSync(file, 0o600);
}

function createAlone(file: string): void {
  try {
    closeSync(openSync(file, "ax", 0o600));
  } catch (thrown) {
    // Another process was quicker.
    if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
  }
}

function checkHealth(file: string): void {
  // Read-only: closing a connection that may write would move the log into a file which we promise not to touch.
  const database = new Database(file, { readonly: true });
  try {
    if (statSync(file).size < CHECKED_SIZE_BYTES) {
      if (database.pragma("quick_check(1)", { simple: true }) !== "ok") throw corruptFile(file);
    } else database.pragma("schema_version");
  } finally {
    database.close();
  }
}
