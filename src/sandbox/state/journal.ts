import { closeSync, existsSync, fsyncSync, fstatSync, ftruncateSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { HalyardError } from "../../lib/errors.ts";
import type { Row } from "./collection.ts";
import { lockFile } from "./journal-lock.ts";
import type { Change } from "./state.ts";

/** What the seed state was built from: a journal only makes sense on top of the same. */
export interface JournalHead {
  halyard_sandbox: 1;
  seed: string;
  profiles: number;
  /** Clock at which the seed state was made, ms. */
  startAt: number;
}

export interface Journal {
  /** What an earlier process wrote, folded to the last state of each row; undefined for a new file. */
  readonly found: { head: JournalHead; changes: { collection: string; id: string; after: Row | undefined }[]; atMs: number } | undefined;
  /** Starts the file: the head, and what `found` holds as one line. */
  begin(head: JournalHead): void;
  /** Writes one line per transaction and waits for the disk. */
  append(atMs: number, changes: readonly Change[]): void;
  /** Forgets everything but the head. */
  clear(head: JournalHead): void;
  close(): void;
}

interface Line {
  at: number;
  rows: [collection: string, id: string, after: Row | null][];
}

/**
 * Opens the journal of `--persist FILE`: JSON lines, the head first, then one line per transaction. A last line that is torn was never
 * answered for and is dropped; any other damage is `store_corrupt`.
 */
export function openJournal(file: string): Journal {
  const unlock = lockFile(file);
  const found = readOrUnlock(file, unlock);
  let handle: number | undefined;
  const write = (to: number, value: JournalHead | Line): void => {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
    for (let done = 0; done < bytes.length;) done += writeSync(to, bytes, done);
  };
  const rewrite = (head: JournalHead, line?: Line): void => {
    const partial = `${file}.new`;
    const to = openSync(partial, "w", 0o600);
    write(to, head);
    if (line) write(to, line);
    fsyncSync(to);
    closeSync(to);
    renameSync(partial, file);
    syncFolder(dirname(file));
    if (handle !== undefined) closeSync(handle);
    handle = openSync(file, "a", 0o600);
  };
  return {
    found,
    begin(head) {
      const rows = (found?.changes ?? []).map(({ collection, id, after }): Line["rows"][number] => [collection, id, after ?? null]);
      rewrite(head, rows.length > 0 && found ? { at: found.atMs, rows } : undefined);
    },
    append(atMs, changes) {
      if (handle === undefined) throw new Error("The journal is not open");
      const rows = changes.map(({ collection, id, after }): Line["rows"][number] => [collection, id, after ?? null]);
      const { size } = fstatSync(handle);
      try {
        write(handle, { at: atMs, rows });
        fsyncSync(handle);
      } catch (thrown) {
        // Half a line in the middle of the file would make all of it unreadable.
        ftruncateSync(handle, size);
        throw new HalyardError("store_full", "The sandbox journal cannot be written.", { cause: thrown });
      }
    },
    clear: (head) => rewrite(head),
    close() {
      if (handle !== undefined) closeSync(handle);
      handle = undefined;
      unlock();
    },
  };
}

function readOrUnlock(file: string, unlock: () => void): Journal["found"] {
  try {
    return existsSync(file) ? readJournal(file) : undefined;
  } catch (thrown) {
    unlock();
    if (thrown instanceof HalyardError) throw thrown;
    throw new HalyardError("config", `The sandbox journal ${file} cannot be read.`, {
      cause: thrown,
      hint: "Give --persist a file of its own.",
    });
  }
}

function readJournal(file: string): Journal["found"] {
  const text = readFileSync(file, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const [first, ...rest] = whole.split("\n").slice(0, -1);
  if (first === undefined) return undefined;
  const corrupt = (line: number): never => {
    throw new HalyardError("store_corrupt", `The sandbox journal is damaged at line ${line}.`, {
      hint: "Move the file away to start anew.",
    });
  };
  const head = (parseLine(first) as JournalHead | undefined) ?? corrupt(1);
  if (head.halyard_sandbox !== 1) corrupt(1);
  const last = new Map<string, { collection: string; id: string; after: Row | undefined }>();
  let atMs = head.startAt;
  for (const [i, each] of rest.entries()) {
    const line = (parseLine(each) as Line | undefined) ?? corrupt(i + 2);
    atMs = Math.max(atMs, line.at);
    for (const [collection, id, after] of line.rows) last.set(`${collection} ${id}`, { collection, id, after: after ?? undefined });
  }
  return { head, changes: [...last.values()], atMs };
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The rename itself is only safe from a power cut once the folder is on disk. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}
