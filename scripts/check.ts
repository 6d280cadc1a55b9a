/**
 * The one gate: `npm run check`. Runs the steps below one after another and ends with a line `N passed, N failed`.
 *
 *     node scripts/check.ts [step …]
 */
import { spawnSync } from "node:child_process";

const STEPS: Record<string, string[]> = {
  build: ["npm", "run", "-s", "build"],
  test: ["npm", "test"],
  types: ["npm", "run", "-s", "types"],
  lint: ["npm", "run", "-s", "lint"],
  format: ["npm", "run", "-s", "format:check"],
  unused: ["npm", "run", "-s", "unused"],
  generated: ["npm", "run", "-s", "generated"],
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in STEPS));
if (unknown.length > 0) {
  process.stderr.write(`no such step: ${unknown.join(", ")}. Steps: ${Object.keys(STEPS).join(", ")}\n`);
  process.exit(2);
}

const failed: string[] = [];
const names = asked.length > 0 ? asked : Object.keys(STEPS);
for (const name of names) {
  const [command = "", ...args] = STEPS[name] ?? [];
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) process.stdout.write(`\nfailed: ${failed.join(", ")}\n`);
process.stdout.write(`${names.length - failed.length} passed, ${failed.length} failed\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
