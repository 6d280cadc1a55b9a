import { parseArgs } from "node:util";
import { compare } from "../test/cedar/agreement.ts";
import { figureTable, machine, spoken, writeFigures } from "./security-figures.ts";

/** Compares our decisions with Cedar's over random policies and requests: `npm run cedar -- --pairs 1000000 --seed 1`. */
const { values } = parseArgs({ options: { pairs: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" } } });
const [pairs, seed] = [Number(values.pairs), Number(values.seed)];
if (!Number.isSafeInteger(pairs) || pairs < 1 || !Number.isSafeInteger(seed)) throw new Error("--pairs and --seed are whole numbers.");

/** A run of so many pairs is a figure. */
const WHOLE = 1_000_000;

const started = performance.now();
const STEP = 100_000;
let told = 0;
const { disagreements, disagreed, verdicts } = compare(pairs, seed, undefined, (done) => {
  if (done - told < STEP && done < pairs) return;
  told = done;
  process.stderr.write(`${done.toLocaleString("en")} pairs\n`);
});
const seconds = Math.round((performance.now() - started) / 1000);
process.stdout.write(
  `${pairs.toLocaleString("en")} pairs, seed ${seed}, ${seconds} s: ${disagreed} disagreements (${JSON.stringify(verdicts)})\n`,
);
if (pairs >= WHOLE) writeFigures("cedar", figures(seconds));
for (const one of disagreements) process.stdout.write(`${JSON.stringify(one, null, 1)}\n`);
process.exitCode = disagreed === 0 ? 0 : 1;

function figures(tookS: number): string {
  const rows = [
    {
      what: "**decisions that differ from Cedar's**",
      value: spoken(disagreed),
      of: `${spoken(pairs)} random pairs of a policy and a request`,
    },
    ...Object.entries(verdicts).map(([verdict, count]) => ({ what: `decided as \`${verdict}\``, value: spoken(count), of: "the same" })),
  ];
  return `## The policy engine against Cedar\n\nSeed ${seed}; ${machine()}; ${tookS} s.\n\n${figureTable(rows)}`;
}
