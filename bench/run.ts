/**
 * Measures what docs/benchmarks.md reports.
 *
 *     npm run bench [-- startup guard sandbox search] [--write]
 *
 * `--write` puts the figures into docs/benchmarks.md; sections that are not measured stay as they are. Build first: the start-up figures are of the bundle.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { benchGuard } from "./guard.ts";
import type { Figure } from "./measure.ts";
import { benchSandbox } from "./sandbox.ts";
import { benchSearch } from "./search.ts";
import { benchStartup } from "./startup.ts";

const SECTIONS: Record<string, { title: string; run: () => Promise<Figure[]> }> = {
  startup: { title: "Start and tool list", run: () => benchStartup() },
  guard: { title: "What the guard costs", run: () => benchGuard() },
  search: { title: "Finding the right action", run: () => benchSearch() },
  sandbox: { title: "Sandbox", run: () => benchSandbox() },
};

const asked = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const measured = new Map<string, string>();
for (const name of asked.length > 0 ? asked : Object.keys(SECTIONS)) {
  const section = SECTIONS[name];
  if (!section) throw new Error(`no section ${name}; there are ${Object.keys(SECTIONS).join(", ")}`);
  const figures = await section.run();
  const rows = figures.map(({ what, value, goal = "" }) => `| ${what} | ${value} | ${goal} |`);
  const part = `## ${section.title}\n\n| figure | measured | goal |\n|---|---|---|\n${rows.join("\n")}\n`;
  measured.set(section.title, part);
  process.stdout.write(`${part}\n`);
}

if (process.argv.includes("--write")) {
  const path = join(import.meta.dirname, "../docs/benchmarks.md");
  const text = readFileSync(path, "utf8");
  const machine = `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, Node ${process.versions.node}`;
  const marker = "<!-- figures below are written by npm run bench -- --write -->\n";
  const [head = "", figures = ""] = text.split(marker);
  const kept = new Map(figures.split(/^(?=## )/m).map((part) => [/^## (.*)/.exec(part)?.[1] ?? "", `${part.trimEnd()}\n`]));
  const parts = Object.values(SECTIONS).map(({ title }) => measured.get(title) ?? kept.get(title) ?? "");
  writeFileSync(
    path,
    `${head}${marker}\nMachine: ${machine}. Command: \`npm run build && npm run bench -- --write\`.\n\n${parts.join("\n")}`,
  );
}
