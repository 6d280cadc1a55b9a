/**
 * Plays schedules of decisions, uses, revocations, policy changes and kills over the real store, each chosen by a seed, and explains what everyone was told.
 *
 *     npm run races [-- --schedules 100000 --seed 1 --processes 2 --fresh]
 *
 * From 100,000 schedules on it writes its part of docs/security-figures.md. A run that was stopped goes on where it was: `.attacks` keeps what is done, and `--fresh`
 * forgets it. Exit status 1 where anything cannot be explained, or where the control did not notice. `--from` and `--json` are for its own processes.
 */
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { race, type RaceReport } from "../test/attacks/races/play.ts";
import { raceProcesses, type ProcessReport } from "../test/attacks/races/race-processes.ts";
import { PER_STAGE } from "../test/attacks/races/stage.ts";
import { forget, runUnits, sources, type Unit } from "./resumable.ts";
import { figureTable, machine, spoken, writeFigures } from "./security-figures.ts";

const { values } = parseArgs({
  options: {
    schedules: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    processes: { type: "string", default: "2" },
    from: { type: "string", default: "0" },
    json: { type: "boolean", default: false },
    fresh: { type: "boolean", default: false },
  },
});
const [schedules, seed, processes, from] = [values.schedules, values.seed, values.processes, values.from].map(Number) as [
  number,
  number,
  number,
  number,
];
/** Schedules of the negative control. */
const TORN = 1000;
/** So many schedules are one part of a run: what is lost when it is stopped. A whole number of stages, or the seeds would be others. */
const PART = 10 * PER_STAGE;
/** A run that writes the page. */
const WHOLE = 100_000;

if (values.json) {
  process.stdout.write(JSON.stringify(await race({ seed, schedules, from })));
} else {
  const file = `races-${seed}.json`;
  if (values.fresh) forget(file);
  const parts: Unit<RaceReport>[] = Array.from({ length: Math.ceil(schedules / PART) }, (_, at) => {
    const start = at * PART;
    const count = Math.min(PART, schedules - start);
    return { name: `${start + 1} to ${start + count}`, run: () => shard(count, start) };
  });
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const kept = await runUnits({ file, of: JSON.stringify([sources(), schedules]), abreast: processes, say }, parts);
  const control = await race({ seed, schedules: Math.min(TORN, schedules), torn: true });
  const many = await raceProcesses();
  forget(file);
  report([...kept.values()], control, many);
}

function shard(count: number, start: number): Promise<RaceReport> {
  const child = spawn(
    process.execPath,
    [import.meta.filename, "--json", "--seed", String(seed), "--schedules", String(count), "--from", String(start)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on("close", (status) =>
      status === 0 ? resolve(JSON.parse(text) as RaceReport) : reject(new Error(`a shard ended with ${status}`)),
    );
  });
}

function sum(tables: Record<string, number>[]): [string, number][] {
  const total: Record<string, number> = {};
  for (const table of tables) for (const [name, count] of Object.entries(table)) total[name] = (total[name] ?? 0) + count;
  return Object.entries(total).toSorted(([, a], [, b]) => b - a);
}

function report(reports: RaceReport[], control: RaceReport, many: ProcessReport): void {
  const violations = reports.flatMap((one) => one.violations);
  const total = (pick: (one: RaceReport) => number): number => reports.reduce((all, one) => all + pick(one), 0);
  const played = total((one) => one.schedules);
  const seconds = total((one) => one.seconds);
  const list = (pick: (one: RaceReport) => Record<string, number>): string =>
    sum(reports.map(pick))
      .map(([name, count]) => `${name} ${spoken(count)}`)
      .join(", ");
  const wrong = [...violations, ...many.wrong];
  const text = [
    "## Races",
    "",
    `Seed ${seed}; ${processes} processes; ${machine()}. Each schedule is an approval with two to six moves beside each other; its interleaving is chosen at every access to the store, at every transaction, and before and after the send.`,
    "",
    figureTable([
      { what: "**what nobody can explain by one order of events**", value: spoken(violations.length), of: `${spoken(played)} schedules` },
      {
        what: "schedules a second, in each process",
        value: (played / seconds).toFixed(0),
        of: `${spoken(Math.round(seconds))} s, ${spoken(total((one) => one.steps))} steps`,
      },
      { what: "effects, each with one intent", value: spoken(total((one) => one.effects)), of: `${spoken(played)} schedules` },
      {
        what: "negative control: transactions that are none, reported",
        value: spoken(control.violations.length),
        of: `${spoken(control.schedules)} schedules`,
      },
      {
        what: `${many.processes} processes on files: approvals used other than once`,
        value: spoken(many.wrong.length),
        of: `${many.approvals} approvals, ${many.effects} effects`,
      },
    ]),
    "",
    `Moves: ${list((one) => one.moves)}.`,
    `Ends: ${list((one) => one.ends)}.`,
    "",
    ...wrong.slice(0, 50).map((why) => `- ${why}`),
  ].join("\n");
  if (played >= WHOLE) writeFigures("races", text);
  process.stdout.write(`${text}\n`);
  if (wrong.length > 0 || control.violations.length === 0) process.exitCode = 1;
}
