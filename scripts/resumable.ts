import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** One piece of a long run: named, and done again only where its result is not kept. */
export interface Unit<T> {
  name: string;
  run: () => Promise<T>;
}

interface Kept<T> {
  /** What the results are of: another run's are not taken over. */
  of: string;
  done: Record<string, T>;
}

const FOLDER = join(import.meta.dirname, "../.attacks");

/**
 * Runs units and gives their results by name, `abreast` of them at a time. Each result is written down when it is there, so a run that was stopped goes on where it was;
 * `of` tells runs apart. Once `isOver`, no further one is begun, and only those that are done are given.
 */
export async function runUnits<T>(
  {
    file,
    of,
    abreast = 1,
    isOver = () => false,
    say,
  }: { file: string; of: string; abreast?: number; isOver?: () => boolean; say: (line: string) => void },
  units: readonly Unit<T>[],
): Promise<Map<string, T>> {
  const path = join(FOLDER, file);
  const kept = readKept<T>(path, of);
  const waiting = units.filter(({ name }) => !(name in kept.done));
  if (waiting.length < units.length) say(`${units.length - waiting.length} of ${units.length} parts are kept from a run that was stopped`);
  let ended = units.length - waiting.length;
  const work = async (): Promise<void> => {
    for (let unit = waiting.shift(); unit && !isOver(); unit = waiting.shift()) {
      const began = performance.now();
      kept.done[unit.name] = await unit.run();
      keep(path, kept);
      say(`${++ended}/${units.length} ${unit.name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    }
  };
  await Promise.all(Array.from({ length: abreast }, work));
  return new Map(units.filter(({ name }) => name in kept.done).map(({ name }) => [name, kept.done[name] as T]));
}

/** Forgets what was kept. */
export function forget(file: string): void {
  rmSync(join(FOLDER, file), { force: true });
}

function readKept<T>(path: string, of: string): Kept<T> {
  if (!existsSync(path)) return { of, done: {} };
  const kept = JSON.parse(readFileSync(path, "utf8")) as Kept<T>;
  return kept.of === of ? kept : { of, done: {} };
}

/** Whole or not at all: a stop in the middle of the writing leaves the state before. */
function keep<T>(path: string, kept: Kept<T>): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(kept));
  renameSync(`${path}.new`, path);
}

/** The state of the sources that a run is about. */
export function sources(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { cwd: import.meta.dirname, encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}
