/**
 * Mutates the policy engine and the decision core of the gate, and counts how many of the mutants their tests notice.
 *
 *     npm run mutate [-- --mutate src/policy/match.ts]
 *
 * Arguments go on to Stryker. Without any it writes its part of docs/security-figures.md. Exit status 1 below the share that stryker.config.json asks for; the survivors are printed.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { figureTable, machine, spoken, writeFigures } from "./security-figures.ts";

const ROOT = join(import.meta.dirname, "..");
const REPORT = join(ROOT, "node_modules/.cache/stryker/mutation.json");

interface Report {
  /** Of each mutant `Killed`, `Timeout`, `Survived`, `NoCoverage` or `Ignored`. */
  files: Record<string, { mutants: { status: string }[] }>;
}

const args = process.argv.slice(2);
const begunMs = performance.now();
const { status } = spawnSync(join(ROOT, "node_modules/.bin/stryker"), ["run", ...args], { cwd: ROOT, stdio: "inherit" });
if (args.length === 0) writeFigures("mutants", partOf(JSON.parse(readFileSync(REPORT, "utf8")) as Report));
process.exitCode = status ?? 1;

function partOf({ files }: Report): string {
  const groups = [
    { what: "policy", prefix: "src/policy/" },
    { what: "decision core of the gate", prefix: "src/gate/" },
  ];
  const rows = groups.map(({ what, prefix }) => {
    const mutants = Object.entries(files)
      .filter(([path]) => path.startsWith(prefix))
      .flatMap(([, file]) => file.mutants.map((mutant) => mutant.status))
      .filter((one) => one !== "Ignored");
    const noticed = mutants.filter((one) => one === "Killed" || one === "Timeout").length;
    const share = ((noticed / mutants.length) * 100).toFixed(1);
    return {
      what: `**${what}: mutants that its tests notice**`,
      value: `${spoken(noticed)} (${share} %)`,
      of: `${spoken(mutants.length)} mutants`,
    };
  });
  // What is made when a module loads cannot be switched on and off between two tests.
  const untried = Object.values(files).flatMap(({ mutants }) => mutants.filter((mutant) => mutant.status === "Ignored")).length;
  const seconds = Math.round((performance.now() - begunMs) / 1000);
  return [
    "## Mutants",
    "",
    `Stryker; ${machine()}; ${spoken(seconds)} s. Only tests beside the sources count, not the scenarios. Mutants of what is made when a module loads (${untried}) are not tried.`,
    "",
    figureTable(rows),
  ].join("\n");
}
