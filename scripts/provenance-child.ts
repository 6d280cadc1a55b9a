/** Prints what the test files named as arguments declare, without running a test: `[{ file, blocks, name }]`. Run by `provenance.ts`. */
import { registerHooks } from "node:module";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { declared, type Declared } from "./provenance-vitest.ts";

const standIn = new URL("provenance-vitest.ts", import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) => (specifier === "vitest" ? { url: standIn, shortCircuit: true } : next(specifier, context)),
});

const found: (Declared & { file: string })[] = [];
for (const path of process.argv.slice(2)) {
  await import(pathToFileURL(path).href);
  found.push(...declared.splice(0).map((each) => ({ file: basename(path), ...each })));
}
process.stdout.write(JSON.stringify(found));
