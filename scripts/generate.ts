/**
 * Writes the generated parts of the documentation: `node scripts/generate.ts`, or `--check` to fail where they are not what they should be.
 * The catalog has a generator of its own (scripts/catalog.ts), which needs the vendor's documents.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../src/cli/index.ts";
import { TOOLS } from "../src/mcp/tools.ts";
import { sandboxPage } from "./sandbox-page.ts";

const ROOT = join(import.meta.dirname, "..");

function commandTable(): string {
  return ["| command | what it does |", "|---|---|", ...COMMANDS.map(({ name, summary }) => `| \`${name}\` | ${summary} |`)].join("\n");
}

function toolTable(): string {
  return [
    "| tool | | what for |",
    "|---|---|---|",
    ...TOOLS.map(
      ({ name, annotations, description }) =>
        `| \`${name}\` | ${annotations.readOnlyHint ? "reads" : "writes"} | ${description.split(/(?<!e\.g)\. |\.$/)[0]} |`,
    ),
  ].join("\n");
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
function fill(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!pattern.test(text)) throw new Error(`README.md has no place for ${name}`);
  return text.replace(pattern, (_, open: string, close: string) => `${open}${content}\n${close}`);
}

const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const files: Record<string, string> = {
  "docs/sandbox.md": await sandboxPage(),
  "README.md": fill(fill(readme, "commands", commandTable()), "tools", toolTable()),
};
for (const [path, text] of Object.entries(files)) {
  if (!process.argv.includes("--check")) writeFileSync(join(ROOT, path), text);
  else if (readFileSync(join(ROOT, path), "utf8") !== text) {
    process.stderr.write(`${path} is not what its generator writes. Run npm run generate.\n`);
    process.exitCode = 1;
  }
}
