import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { join } from "node:path";

const PATH = join(import.meta.dirname, "../docs/security-figures.md");

const HEAD = `# What the guardrails withstand

Figures of \`npm run attacks\`, \`npm run races\` and \`npm run cedar\`, each with its denominator and seed. Three witnesses say what happened: the sandbox's ledger, the bytes that left the process, and a
replay of the record that knows nothing of the gate. What waits for a part that is not there is a **known gap** and listed with its reason. Written by these commands where they are run whole; not edited.
`;

/** The page's parts, in order. */
export const PARTS = ["attacks", "races", "cedar", "mutants"] as const;
type Part = (typeof PARTS)[number];

/** Puts one part of the page in its place; the others stay. */
export function writeFigures(part: Part, text: string): void {
  const page = existsSync(PATH) ? readFileSync(PATH, "utf8") : "";
  const kept = PARTS.map((name) =>
    name === part ? text : (new RegExp(`<!-- ${name} -->\\n([\\s\\S]*?)<!-- /${name} -->`).exec(page)?.[1] ?? "").trim(),
  );
  writeFileSync(PATH, `${HEAD}\n${PARTS.map((name, at) => `<!-- ${name} -->\n${kept[at]}\n<!-- /${name} -->\n`).join("\n")}`);
}

export interface Row {
  what: string;
  value: string;
  of: string;
}

/** A table of figures with their denominators. */
export function figureTable(rows: readonly Row[]): string {
  return ["| figure | measured | of |", "|---|---|---|", ...rows.map(({ what, value, of }) => `| ${what} | ${value} | ${of} |`)].join("\n");
}

/** A number as people read it: 100,000. */
export function spoken(number: number): string {
  return number.toLocaleString("en-US");
}

export function machine(): string {
  return `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, Linux ${release()}, Node ${process.versions.node}`;
}
