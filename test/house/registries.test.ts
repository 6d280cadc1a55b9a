import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = join(import.meta.dirname, "../../src");

/** Folders whose files count only once their index names them: [folder, index, what a member's text holds]. */
const REGISTRIES: [folder: string, index: string, marks: RegExp][] = [
  ["cli/commands", "cli/index.ts", /export function build\(/],
  ["mcp/tools", "mcp/tools.ts", /: Tool = \{/],
  ["sandbox/resources", "sandbox/resources.ts", /= defineResource</],
  ["sandbox/actions", "sandbox/actions.ts", /defineAction\(/],
  ["store/tables", "store/tables.ts", /export function \w+Table\(/],
  ["store/migrations", "store/migrations.ts", /export (async )?function up\(/],
];

/** Members of the folder that the index does not import. */
function unlisted(index: string, files: { name: string; text: string }[], marks: RegExp): string[] {
  return files.filter(({ name, text }) => marks.test(text) && !index.includes(`/${name}"`)).map(({ name }) => name);
}

describe.each(REGISTRIES)("src/%s", (folder, index, marks) => {
  const files = readdirSync(join(SRC, folder))
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => ({ name, text: readFileSync(join(SRC, folder, name), "utf8") }));

  it(`is listed whole in ${basename(index)}`, () => {
    expect(files.filter(({ text }) => marks.test(text)).length).toBeGreaterThan(0);
    expect(unlisted(readFileSync(join(SRC, index), "utf8"), files, marks)).toEqual([]);
  });

  it("would be found incomplete", () => {
    const member = files.find(({ text }) => marks.test(text));
    expect(unlisted("nothing", [{ name: "planted.ts", text: member?.text ?? "" }], marks)).toEqual(["planted.ts"]);
  });
});
