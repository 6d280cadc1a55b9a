/**
 * Plays the crash matrix and writes docs/crash-figures.md.
 *
 *     npm run crash -- [--seed 1] [--stores sqlite,postgres] [--ways one|all] [--limit-s 3600] [--lanes 2] [--fresh] [--no-page]
 *
 * `--ways one` is the matrix: each class under each behaviour at each point once. `all` adds the further ways to come by a point. A run that was stopped goes on where it was:
 * `.attacks` keeps what is done, and `--fresh` forgets it. The limit is per store and run; the page then tells how far it came. Exit status 1 where a case does not hold, or where the control did not notice.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "tsdown";
import { nameOfCase, UNGUARDED, type Case } from "../test/crash/cases.ts";
import { enumerate, onceEach } from "../test/crash/matrix.ts";
import { createChildren, runCase, type Children, type Verdict } from "../test/crash/run-case.ts";
import { setScene, type Scene, type StoreKind } from "../test/crash/scene.ts";
import { count, emptyTally, pageOf, together, type Figures, type Tally } from "../test/crash/tally.ts";
import { forget, runUnits, sources, type Unit } from "./resumable.ts";

const PAGE = join(import.meta.dirname, "../docs/crash-figures.md");
/** So many cases are one part of a run: what is lost when it is stopped. */
const PART = 50;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    stores: { type: "string", default: "sqlite,postgres" },
    ways: { type: "string", default: "one" },
    "limit-s": { type: "string", default: "Infinity" },
    lanes: { type: "string", default: "2" },
    fresh: { type: "boolean", default: false },
    "no-page": { type: "boolean", default: false },
  },
});
if (values.ways !== "one" && values.ways !== "all") throw new Error("--ways is one or all.");
const seed = Number(values.seed);
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

/** What some cases came to. */
interface Played {
  tally: Tally;
  /** Kills that were played. */
  kills: number;
  wrong: string[];
  seconds: number;
}

const driver = await bundledDriver();
const figures: Figures[] = [];
const skipped: StoreKind[] = [];
const control: string[] = [];
let bad = 0;
for (const store of ["sqlite", "postgres"] as const) {
  if (!values.stores.split(",").includes(store)) continue;
  const played = await play(store);
  if (played) figures.push(played);
  else skipped.push(store);
}
const page = pageOf(figures, seed, skipped, control);
say(page);
if (!values["no-page"]) writeFileSync(PAGE, page);
process.exitCode = bad > 0 ? 1 : 0;

/** The processes that are killed start from one file, in half the time: starting them is most of what the matrix takes. */
async function bundledDriver(): Promise<string> {
  const root = join(import.meta.dirname, "..");
  const outDir = join(root, "node_modules/.cache/halyard-crash");
  await build({
    config: false,
    cwd: root,
    entry: { driver: "test/crash/child-driver.ts" },
    outDir,
    format: "esm",
    platform: "node",
    target: "node22.19",
    dts: false,
    clean: true,
    deps: { alwaysBundle: [/.*/], neverBundle: ["better-sqlite3", "pg"], onlyBundle: false },
    copy: [{ from: "src/catalog/generated", to: outDir }],
    fixedExtension: false,
    logLevel: "warn",
  });
  return join(outDir, "driver.js");
}

/** The cases of one store; undefined where there is no such database. */
async function play(store: StoreKind): Promise<Figures | undefined> {
  const first = await setScene(store);
  if (!first) return undefined;
  const unharmed = createChildren(1, driver);
  const { wrong } = await runCase(first, unharmed, UNGUARDED, { windowMs: 0 });
  control.push(`${store}: ${nameOfCase(UNGUARDED)} comes out as ${wrong.join(", ") || "nothing wrong"}`);
  if (!wrong.includes("duplicate")) bad++;
  const found: Played = { tally: emptyTally(), kills: 0, wrong: [], seconds: 0 };
  const cases = await timed(found, () => enumerate(first, unharmed, (one, verdict) => note(found, one, verdict)));
  await unharmed.end();
  const { once, others } = onceEach(cases, seed);
  const wanted = values.ways === "all" ? [...once, ...others] : once;
  say(`${store}: ${wanted.length} of ${cases.length} kills are to be played`);
  const children = createChildren(2, driver);
  const lanes = await lanesOf(store, first);
  const free = [...lanes];
  const parts: Unit<Played>[] = Array.from({ length: Math.ceil(wanted.length / PART) }, (_, at) => ({
    name: `${store} ${at + 1}`,
    run: async () => {
      const scene = free.pop();
      if (!scene) throw new Error("more parts than lanes");
      const played = await playPart(scene, children, wanted.slice(at * PART, (at + 1) * PART));
      free.push(scene);
      return played;
    },
  }));
  const file = `crash-${store}-${seed}.json`;
  if (values.fresh) forget(file);
  const of = JSON.stringify([sources(), values.ways, wanted.length]);
  const endsMs = performance.now() + Number(values["limit-s"]) * 1000;
  const done = await runUnits({ file, of, abreast: lanes.length, isOver: () => performance.now() > endsMs, say }, parts);
  if (done.size === parts.length) forget(file);
  for (const scene of lanes) await scene.close();
  await children.end();
  const all = [found, ...done.values()];
  for (const text of all.flatMap((one) => one.wrong)) say(`${store}: ${text}`);
  bad += all.flatMap((one) => one.wrong).length;
  return {
    store,
    tally: all.map(({ tally }) => tally).reduce(together),
    extent: { played: all.reduce((sum, { kills }) => sum + kills, 0), once: once.length, all: cases.length },
    seconds: all.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

async function lanesOf(store: StoreKind, first: Scene): Promise<Scene[]> {
  const lanes = [first];
  while (lanes.length < Number(values.lanes)) {
    const scene = await setScene(store);
    if (scene) lanes.push(scene);
  }
  return lanes;
}

async function playPart(scene: Scene, children: Children, cases: readonly Case[]): Promise<Played> {
  const played: Played = { tally: emptyTally(), kills: cases.length, wrong: [], seconds: 0 };
  await timed(played, async () => {
    for (const one of cases) note(played, one, await runCase(scene, children, one));
  });
  return played;
}

function note(played: Played, one: Case, verdict: Verdict): void {
  count(played.tally, one, verdict);
  if (verdict.wrong.length > 0) played.wrong.push(`${nameOfCase(one)}: ${verdict.why.join("; ")}`);
}

async function timed<T>(played: Played, work: () => Promise<T>): Promise<T> {
  const begunMs = performance.now();
  const result = await work();
  played.seconds = (performance.now() - begunMs) / 1000;
  return result;
}
