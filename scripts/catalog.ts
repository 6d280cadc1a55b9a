/**
 * Compiles the vendor's OpenAPI documents into `src/catalog/generated/`.
 *
 *     node scripts/catalog.ts <folder with stable-<revision>.json and beta-<revision>.json> [--check]
 *
 * `--check` writes nothing and fails when the committed files differ.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseActions } from "../src/catalog/compile/actions.ts";
import { parseAuthored } from "../src/catalog/compile/authored.ts";
import { compileCatalog } from "../src/catalog/compile/compile.ts";
import type { OpenApiDocument } from "../src/catalog/compile/documents.ts";

const CATALOG = join(import.meta.dirname, "../src/catalog");

/** The generated files by name, from the documents in `folder`: the newest of each channel. */
export function compileFrom(folder: string): Record<string, string> {
  const files = readdirSync(folder).toSorted();
  const newest = (channel: string): OpenApiDocument => {
    const file = files.findLast((name) => name.startsWith(`${channel}-`) && name.endsWith(".json"));
    if (file === undefined) throw new Error(`${folder} has no ${channel}-<revision>.json`);
    return JSON.parse(readFileSync(join(folder, file), "utf8")) as OpenApiDocument;
  };
  const wordingFolder = join(CATALOG, "wording");
  const wording = Object.fromEntries(
    readdirSync(wordingFolder)
      .toSorted()
      .map((file) => [file, readFileSync(join(wordingFolder, file), "utf8")]),
  );
  const authored = parseAuthored(wording, readFileSync(join(CATALOG, "effects.tsv"), "utf8"));
  const { operations, schemas, answers } = compileCatalog({ stable: newest("stable"), beta: newest("beta") }, authored);
  return {
    "operations.json": `[\n${operations.map((operation) => JSON.stringify(operation)).join(",\n")}\n]\n`,
    "schemas.json": byLine(schemas),
    "answers.json": byLine(answers),
    "actions.json": `[\n${parseActions(readFileSync(join(CATALOG, "actions.tsv"), "utf8"), operations)
      .map((action) => JSON.stringify(action))
      .join(",\n")}\n]\n`,
  };
}

/** One definition a line: small diffs, and a third of the size of indented JSON. */
function byLine(value: Record<string, Record<string, Record<string, unknown>>>): string {
  const channels = Object.entries(value).map(([channel, groups]) => {
    const parts = Object.entries(groups).map(([group, entries]) => {
      const lines = Object.entries(entries).map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`);
      return `${JSON.stringify(group)}:{\n${lines.join(",\n")}\n}`;
    });
    return `${JSON.stringify(channel)}:{\n${parts.join(",\n")}\n}`;
  });
  return `{\n${channels.join(",\n")}\n}\n`;
}

if (import.meta.main) {
  const [folder, flag] = process.argv.slice(2);
  if (folder === undefined || (flag !== undefined && flag !== "--check")) {
    process.stderr.write("usage: node scripts/catalog.ts <folder of OpenAPI documents> [--check]\n");
    process.exitCode = 2;
  } else {
    for (const [name, text] of Object.entries(compileFrom(folder))) {
      const path = join(CATALOG, "generated", name);
      if (flag === undefined) writeFileSync(path, text);
      else if (readFileSync(path, "utf8") !== text) {
        process.stderr.write(`${name} is not what the documents compile to. Run node scripts/catalog.ts ${folder}.\n`);
        process.exitCode = 1;
      }
    }
  }
}
