import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { createSandbox } from "../../src/sandbox/sandbox.ts";

/** What docs/sandbox-clients.md tells people to run does run. */
const page = readFileSync(join(import.meta.dirname, "../../docs/sandbox-clients.md"), "utf8");
const modules = join(import.meta.dirname, "../../node_modules");
const run = promisify(execFile);

function example(language: string): string {
  const [, code] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  if (code === undefined) throw new Error(`The page has no example in ${language}`);
  return code;
}

const hasCurl = spawnSync("curl", ["--version"]).status === 0;
if (!hasCurl) process.stdout.write("skipped: the curl example, for there is no curl on this machine\n");

it.each([
  ...(hasCurl ? [["sh", "example.sh", "sh", /"type":"list"/] as const] : []),
  ["js", "example.mjs", process.execPath, /^5\n$/] as const,
])("the example in %s runs as it stands, but for address and key", async (language, file, program, expected) => {
  const sandbox = await createSandbox({ profiles: 20 });
  const folder = mkdtempSync(join(tmpdir(), "halyard-page-"));
  symlinkSync(modules, join(folder, "node_modules"));
  const code = example(language).replaceAll("http://127.0.0.1:4151", sandbox.url).replaceAll("pk_YOUR_SANDBOX_KEY", sandbox.keys.full);
  writeFileSync(join(folder, file), code);
  const { stdout } = await run(program, [join(folder, file)]);
  expect(stdout).toMatch(expected);
  await sandbox.close();
  rmSync(folder, { recursive: true });
});
