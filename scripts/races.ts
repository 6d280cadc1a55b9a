/**
 * Plays schedules of decisions, uses, revocations, policy changes and kills over the real store, each chosen by a seed, and explains what everyone was told.
 *
 *     npm run races [-- --schedules 100000 --seed 1 --processes 2]
 *
 * Writes its part of docs/security-figures.md. Exit status 1 where anything cannot be explained. `--from` and `--json` are for its own processes.
 */
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { race, type RaceReport } from "../test/attacks/races/play.ts";
import { raceProcesses } from "../test/attacks/races/race-processes.ts";
import { figureTable, machine, spoken, writeFigures } from "./security-figures.ts";

const { values } = parseArgs({
  options: {
    schedules: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    processes: { type: "string", default: "2" },
    from: { type: "string", default: "0" },
    json: { type: "boolean", default: false },
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

if (values.json) {
  process.stdout.write(JSON.stringify(await race({ seed, schedules, from })));
} else {
  const began = performance.now();
  const shards = Array.from(
    { length: processes },
    (_, at) => Math.floor((schedules * (at + 1)) / processes) - Math.floor((schedules * at) / processes),
  );
  let next = 0;
  const reports = await Promise.all(
    shards.map((count) => {
      const start = next;
      next += count;
      return shard(count, start);
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const control = await race({ seed, schedules: TORN, torn: true });
  const many = await raceProcesses();
  report(reports, seconds, control, many);
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

function report(reports: RaceReport[], seconds: number, control: RaceReport, many: Awaited<ReturnType<typeof raceProcesses>>): void {
  const violations = reports.flatMap((one) => one.violations);
  const total = (pick: (one: RaceReport) => number): number => reports.reduce((all, one) => all + pick(one), 0);
  const played = total((one) => one.schedules);
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
        what: "schedules a second",
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
    "Known gap: a stop for everything among the moves, which awaits that part.",
    ...wrong.slice(0, 50).map((why) => `- ${why}`),
  ].join("\n");
  writeFigures("races", text);
  process.stdout.write(`${text}\n`);
  if (wrong.length > 0 || control.violations.length === 0) process.exitCode = 1;
}
