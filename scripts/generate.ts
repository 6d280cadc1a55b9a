/**
 * Writes the generated parts of the documentation: `node scripts/generate.ts`, or `--check` to fail where they are not what they should be.
 * The catalog has a generator of its own (scripts/catalog.ts), which needs the vendor's documents.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadCatalog } from "../src/catalog/catalog.ts";
import { COMMANDS } from "../src/cli/index.ts";
import { TOOLS } from "../src/mcp/tools.ts";
import { createSandbox } from "../src/sandbox/sandbox.ts";

const ROOT = join(import.meta.dirname, "..");

/** Which operations the sandbox answers, by area, out of its own declarations. */
async function coveragePage(): Promise<string> {
  const sandbox = await createSandbox({ profiles: 0 });
  const areas = sandbox.control.coverage();
  await sandbox.close();
  const stable = new Set(
    loadCatalog()
      .operations.filter(({ channel }) => channel === "stable")
      .map(({ id }) => id),
  );
  const rows = areas
    .map(({ area, implemented, missing }) => ({
      area,
      done: implemented.filter((id) => stable.has(id)),
      missing: missing.filter((id) => stable.has(id)),
      beta: implemented.filter((id) => !stable.has(id)),
    }))
    .filter(({ done, missing }) => done.length + missing.length > 0)
    .toSorted((a, b) => (a.area < b.area ? -1 : 1));
  const count = (of: "done" | "missing" | "beta"): number => rows.reduce((sum, row) => sum + row[of].length, 0);
  const lines = rows.map(
    ({ area, done, missing }) =>
      `| ${area} | ${done.length} | ${done.length + missing.length} | ${missing.map((id) => `\`${id}\``).join(" ")} |`,
  );
  return [
    "# What the sandbox answers",
    "",
    "Written by `npm run generate`. An operation that is not answered gets 501 in Klaviyo's error form.",
    "",
    `**${count("done")} of ${count("done") + count("missing")} stable operations** keep state and answer; ${count("beta")} of the beta ones do.`,
    "",
    "| area | answered | of | not answered |",
    "|---|---:|---:|---|",
    ...lines,
    "",
  ].join("\n");
}

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
  "docs/sandbox-coverage.md": await coveragePage(),
  "README.md": fill(fill(readme, "commands", commandTable()), "tools", toolTable()),
};
for (const [path, text] of Object.entries(files)) {
  if (!process.argv.includes("--check")) writeFileSync(join(ROOT, path), text);
  else if (readFileSync(join(ROOT, path), "utf8") !== text) {
    process.stderr.write(`${path} is not what its generator writes. Run npm run generate.\n`);
    process.exitCode = 1;
  }
}
