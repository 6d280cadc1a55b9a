import { userInfo } from "node:os";
import type { Readable, Writable } from "node:stream";
import { systemClock, type Clock } from "../lib/clock.ts";
import { errorReport, HalyardError } from "../lib/errors.ts";
import { dim, renderLine, styled, type Line } from "./layout.ts";

/** Where a command reads and writes. All of a process that commands may touch. */
export interface Io {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  /** Whether a person sits at both ends: then questions are asked and colours used. */
  isTty: boolean;
  env: NodeJS.ProcessEnv;
  /** The operating system's name of the user: the record says that this person decided. */
  user: string;
  clock: Clock;
  /** Resolves with the name of the first signal that asks the process to stop; a second one is not held back. */
  untilStopped(): Promise<string>;
}

/** The process's own streams. */
export function systemIo(): Io {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    isTty: process.stdin.isTTY && process.stdout.isTTY,
    env: process.env,
    user: userInfo().username,
    clock: systemClock,
    untilStopped: () =>
      new Promise((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(signal));
      }),
  };
}

/** How a command tells what it found. */
export interface Output {
  isJson: boolean;
  /** The command's one result on stdout: `data` as one line of JSON with `--json`, else the lines. */
  result(data: unknown, lines: () => Line[]): void;
  /** For people only, on stderr. */
  note(lines: Line[]): void;
  failure(thrown: unknown): void;
  /** Waits for `work`; on a terminal, a line on stderr says so while it takes more than a second. */
  during<T>(what: string, work: Promise<T>): Promise<T>;
}

const PROGRESS_AFTER_MS = 1000;
const ERASE_LINE = "\r\u001b[2K";

export function createOutput(io: Io, isJson: boolean): Output {
  const isColoured = io.isTty && !io.env["NO_COLOR"];
  const write = (stream: Writable, lines: Line[]): void => {
    stream.write(lines.map((line) => `${renderLine(line, isColoured)}\n`).join(""));
  };
  return {
    isJson,
    result(data, lines) {
      if (isJson) io.stdout.write(`${safeJson(data)}\n`);
      else write(io.stdout, lines());
    },
    note(lines) {
      if (!isJson) write(io.stderr, lines);
    },
    failure(thrown) {
      const report = errorReport(thrown);
      if (isJson) {
        io.stderr.write(`${safeJson({ error: report })}\n`);
        return;
      }
      const lines: Line[] = [[styled("red", "error: "), report.message]];
      for (const { path, message } of report.violations ?? []) lines.push(`  ${path === "" ? "the input" : path} ${message}`);
      if (report.hint !== undefined) lines.push(`  ${report.hint}`);
      if (!(thrown instanceof HalyardError)) lines.push(...placeOf(thrown));
      write(io.stderr, lines);
    },
    async during(what, work) {
      if (!io.isTty || isJson) return work;
      const ended = new AbortController();
      const shown = io.clock.wait(PROGRESS_AFTER_MS, ended.signal).then(
        () => io.stderr.write(renderLine(dim(`${what} …`), isColoured)),
        () => undefined,
      );
      try {
        return await work;
      } finally {
        ended.abort();
        if ((await shown) !== undefined) io.stderr.write(ERASE_LINE);
      }
    },
  };
}

/** JSON in which every character that could steer a terminal is written as its escape: safe to look at, and exactly the same data. */
export function safeJson(data: unknown, indent = 0): string {
  // Line breaks of the layout stay; those inside of texts are escapes already.
  return JSON.stringify(data, null, indent).replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, (character) => {
    let escaped = "";
    for (let at = 0; at < character.length; at++) escaped += `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
    return escaped;
  });
}

/** Where an unexpected error came from. Only the places: its text could hold anything, a key too. */
function placeOf(thrown: unknown): Line[] {
  if (!(thrown instanceof Error)) return [];
  const frames = (thrown.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [dim(`  ${thrown.name}`), ...frames.slice(0, 5).map((frame) => dim(`  ${frame.trim()}`))];
}
