/**
 * Tries every attack on the gateway, through its doors, against a sandbox of its own, and holds three witnesses against each other.
 *
 *     npm run attacks [-- --seed 1] [--family A --family B] [--part generated] [--attempts 300] [--fresh]
 *
 * A whole run writes its part of docs/security-figures.md; one of some families, parts or attempts only prints. A run that was stopped goes on where it was: `.attacks`
 * keeps what is done, and `--fresh` forgets it. Exit status 1 where anything got through, where the witnesses disagree, or where a control did not notice that the guard is off.
 */
import { parseArgs } from "node:util";
import { tryBound } from "../test/attacks/bound-leaves.ts";
import { FAMILIES, tryFamily } from "../test/attacks/families.ts";
import { laps, tryGenerated, WHOLE } from "../test/attacks/generated.ts";
import { NAMED_LAPS, tryNamed } from "../test/attacks/named-actions.ts";
import { promptsUnder } from "../test/attacks/task-run.ts";
import { alwaysAllowing, passingThrough } from "../test/attacks/unguarded.ts";
import { walk } from "../test/attacks/walks.ts";
import { PRESETS } from "../src/policy/policy.ts";
import { isSound, report, type Result } from "./attacks-report.ts";
import { forget, runUnits, sources, type Unit } from "./resumable.ts";
import { writeFigures } from "./security-figures.ts";

const PARTS = ["families", "generated", "bound", "named", "walks", "prompts", "controls"] as const;
const WALKS = 24;
const STEPS = 150;
/** The controls make this share of all attempts on the first writes: they only have to notice. */
const CONTROL_SHARE = 0.3;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    family: { type: "string", multiple: true, default: [] },
    part: { type: "string", multiple: true, default: [] },
    attempts: { type: "string" },
    fresh: { type: "boolean", default: false },
  },
});
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const stop = (why: string): never => {
  say(why);
  process.exit(2);
};

const seed = Number(values.seed);
const attempts = values.attempts === undefined ? undefined : Number(values.attempts);
const letters = values.family.flatMap((text) => text.toUpperCase().split(","));
const asked = values.part.flatMap((text) => text.split(","));
if (!Number.isSafeInteger(seed) || !(attempts === undefined || attempts > 0)) stop("--seed and --attempts take whole numbers.");
const unknown = letters.filter((letter) => !FAMILIES.some((family) => family.letter === letter));
if (unknown.length > 0) stop(`There is no family ${unknown.join(", ")}: ${FAMILIES.map(({ letter }) => letter).join(" ")}`);
const foreign = asked.filter((name) => !PARTS.some((part) => part === name));
if (foreign.length > 0) stop(`There is no part ${foreign.join(", ")}: ${PARTS.join(" ")}`);

const isWhole = letters.length === 0 && asked.length === 0 && attempts === undefined;
const share = attempts === undefined ? 1 : Math.min(1, attempts / WHOLE);
/** `--family` alone is about cases, `--attempts` alone about the generated ones. */
const parts: readonly string[] =
  asked.length > 0 ? asked : letters.length > 0 ? ["families"] : attempts === undefined ? PARTS : ["generated", "controls"];

const units: Unit<Result>[] = [
  ...FAMILIES.filter(({ letter }) => letters.length === 0 || letters.includes(letter)).map((family) =>
    unit("families", family.letter, async () => {
      const { letter, title } = family;
      return { kind: "family", letter, title, report: await tryFamily(family) };
    }),
  ),
  ...laps().map((lap, at) =>
    unit("generated", String(at + 1), async () => ({
      kind: "generated",
      report: await tryGenerated({ seed, share, only: ({ id }) => lap.some((one) => one.id === id) }),
    })),
  ),
  ...laps().map((lap, at) =>
    unit("bound", String(at + 1), async () => ({ kind: "bound", report: await tryBound(({ id }) => lap.some((one) => one.id === id)) })),
  ),
  ...NAMED_LAPS.map(([from, to]) =>
    unit("named", `${from + 1} to ${to}`, async () => ({ kind: "named", report: await tryNamed((_, at) => at >= from && at < to) })),
  ),
  ...Array.from({ length: WALKS }, (_, number) =>
    unit("walks", String(number + 1), async () => ({ kind: "walk", report: await walk({ seed, walks: 1, from: number, steps: STEPS }) })),
  ),
  // Under `locked` nothing is asked, since nothing is done.
  ...PRESETS.filter((preset) => preset !== "locked").map((preset) =>
    unit("prompts", preset, async () => ({ kind: "prompts", report: await promptsUnder(preset) })),
  ),
  ...Object.entries({ alwaysAllowing, passingThrough }).map(([name, compose]) =>
    unit("controls", name, async () => {
      const first = new Set(laps()[0]?.map(({ id }) => id));
      const {
        attempts: made,
        broken,
        violations,
      } = await tryGenerated({
        seed,
        share: CONTROL_SHARE,
        only: ({ id }) => first.has(id),
        range: { compose },
      });
      return { kind: "control", name, attempts: made, broken: broken.length, violations: violations.length };
    }),
  ),
].filter(({ part }) => parts.includes(part));

function unit(part: (typeof PARTS)[number], name: string, run: () => Promise<Result>): Unit<Result> & { part: string } {
  return { part, name: `${part} ${name}`, run };
}

const file = `attacks${isWhole ? "" : "-part"}-${seed}.json`;
if (values.fresh) forget(file);
const results = await runUnits({ file, of: JSON.stringify([sources(), letters, asked, attempts]), say }, units);
forget(file);
const all = [...results.values()];
const text = report(seed, all);
if (isWhole) writeFigures("attacks", text);
process.stdout.write(`${text}\n`);
// What listened for attackers is closed; a client's last sockets need not be waited for.
process.exit(isSound(all) ? 0 : 1);
