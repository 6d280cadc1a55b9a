/**
 * Plays the crash matrix and writes docs/crash-figures.md.
 *
 *     npm run crash -- [--seed 1] [--stores sqlite,postgres] [--limit-s 3600] [--lanes 2] [--no-page]
 *
 * The time limit is per store; cases are played in an order that the seed gives, so that a part is a fair sample of the whole.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "tsdown";
import { nameOfCase, UNGUARDED, type Case } from "../test/crash/cases.ts";
import { enumerate, shuffled } from "../test/crash/matrix.ts";
import { createChildren, runCase, type Children, type Verdict } from "../test/crash/run-case.ts";
import { setScene, type Scene, type StoreKind } from "../test/crash/scene.ts";
import { count, emptyTally, pageOf, type Figures } from "../test/crash/tally.ts";

const PAGE = join(import.meta.dirname, "../docs/crash-figures.md");

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    stores: { type: "string", default: "sqlite,postgres" },
    "limit-s": { type: "string", default: "3600" },
    lanes: { type: "string", default: "2" },
    "no-page": { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

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
say(pageOf(figures, seed, skipped, control));
if (!values["no-page"]) writeFileSync(PAGE, pageOf(figures, seed, skipped, control));
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

/** All cases of one store, as far as the time goes; undefined where there is no such database. */
async function play(store: StoreKind): Promise<Figures | undefined> {
  const begunMs = performance.now();
  const seconds = (): number => (performance.now() - begunMs) / 1000;
  const tally = emptyTally();
  const first = await setScene(store);
  if (!first) return undefined;
  const children = createChildren(2, driver);
  let played = 0;
  const note = (one: Case, verdict: Verdict): void => {
    count(tally, one, verdict);
    played++;
    if (verdict.wrong.length > 0) {
      bad++;
      say(`${store}: ${nameOfCase(one)}: ${verdict.why.join("; ")}`);
    }
    if (played % 100 === 0) say(`${store}: ${played} played, ${Math.round(seconds())} s`);
  };
  const { wrong } = await runCase(first, children, UNGUARDED, { windowMs: 0 });
  control.push(`${store}: ${nameOfCase(UNGUARDED)} comes out as ${wrong.join(", ") || "nothing wrong"}`);
  if (!wrong.includes("duplicate")) bad++;
  const cases = shuffled(await enumerate(first, children, note), seed);
  const all = played + cases.length;
  say(`${store}: ${all} cases, ${Math.round(seconds())} s to find them`);
  const lanes = await lanesOf(store, first);
  await Promise.all(lanes.map((scene) => playLane(scene, children, cases, () => seconds() > Number(values["limit-s"]), note)));
  for (const scene of lanes) await scene.close();
  await children.end();
  return { store, tally, played, all, seconds: seconds() };
}

async function lanesOf(store: StoreKind, first: Scene): Promise<Scene[]> {
  const lanes = [first];
  while (lanes.length < Number(values.lanes)) {
    const scene = await setScene(store);
    if (scene) lanes.push(scene);
  }
  return lanes;
}

async function playLane(
  scene: Scene,
  children: Children,
  cases: Case[],
  isOver: () => boolean,
  note: (one: Case, verdict: Verdict) => void,
): Promise<void> {
  for (let one = cases.pop(); one && !isOver(); one = cases.pop()) note(one, await runCase(scene, children, one));
}
