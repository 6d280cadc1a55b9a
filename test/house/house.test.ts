import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { VERSION } from "../../src/version.ts";
import { RULES, type SourceFile } from "./rules.ts";

const ROOT = join(import.meta.dirname, "../..");
const GENERATED = /^src\/catalog\/generated\/|^package-lock\.json$/;

function repositoryFiles(): SourceFile[] {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: ROOT, encoding: "utf8" }).split("\0");
  return listed
    .filter((path) => /\.(ts|tsx|mjs|md|json|tsv)$/.test(path))
    .flatMap((path) => {
      try {
        return [{ path, text: readFileSync(join(ROOT, path), "utf8") }];
      } catch {
        // Deleted, and not yet committed so.
        return [];
      }
    });
}

const files = repositoryFiles();

describe.each(RULES.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
  it("holds everywhere", () => {
    expect(
      files.filter(({ path }) => !GENERATED.test(path) || rule.planted.path.startsWith("docs/")).flatMap((file) => rule.check(file)),
    ).toEqual([]);
  });

  it("would be found broken", () => {
    expect(rule.check(rule.planted)).not.toEqual([]);
  });
});

describe("budgets", () => {
  const sources = files.filter(({ path }) => path.startsWith("src/") && path.endsWith(".ts") && !path.endsWith(".test.ts"));
  const sizes = sources.map(({ text }) => text.split("\n").length - 1).toSorted((a, b) => a - b);
  const at = (share: number): number => sizes[Math.floor(sizes.length * share)] ?? 0;

  it("source files are short: median ≤ 70 lines, 95th percentile ≤ 250", () => {
    expect(at(0.5)).toBeLessThanOrEqual(70);
    expect(at(0.95)).toBeLessThanOrEqual(250);
  });

  it("comments are 3 to 8 in 100 lines", () => {
    const lines = sources.flatMap(({ text }) => text.split("\n"));
    const share = lines.filter((line) => /^\s*(\/\/|\/\*|\*)/.test(line)).length / lines.length;
    expect(share).toBeGreaterThanOrEqual(0.03);
    expect(share).toBeLessThanOrEqual(0.1);
  });
});

describe("the package", () => {
  const text = (path: string): string => files.find((file) => file.path === path)?.text ?? readFileSync(join(ROOT, path), "utf8");

  it("has one version", () => {
    expect((JSON.parse(text("package.json")) as { version: string }).version).toBe(VERSION);
    expect(text("CHANGELOG.md")).toContain(`## ${VERSION}`);
  });

  it("pins every dependency exactly", () => {
    const manifest = JSON.parse(text("package.json")) as Record<"dependencies" | "devDependencies", Record<string, string>>;
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect(version, name).toMatch(/^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/);
  });

  it("records no download address", () => {
    expect(text("package-lock.json")).not.toMatch(/"resolved": "http/);
  });
});
