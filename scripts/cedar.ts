import { parseArgs } from "node:util";
import { compare } from "../test/cedar/agreement.ts";

/** Compares our decisions with Cedar's over random policies and requests: `npm run cedar -- --pairs 1000000 --seed 1`. */
const { values } = parseArgs({ options: { pairs: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" } } });
const [pairs, seed] = [Number(values.pairs), Number(values.seed)];
if (!Number.isSafeInteger(pairs) || pairs < 1 || !Number.isSafeInteger(seed)) throw new Error("--pairs and --seed are whole numbers.");

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
for (const one of disagreements) process.stdout.write(`${JSON.stringify(one, null, 1)}\n`);
process.exitCode = disagreed === 0 ? 0 : 1;
