import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { isoMillis, systemClock } from "../../src/lib/clock.ts";
import { maskSentence } from "./mask.ts";
import type { RealAccount } from "./settings.ts";

/** Revision whose behaviour the sandbox's tests claim. */
const CLAIMED = "2026-07-15";

interface Line {
  file: string;
  name: string;
  /** How the sandbox's tests know it; the generic suites go by the vendor's schema. */
  as: string;
  state: "passed" | "failed" | "skipped" | "pending";
  /** Why it was skipped, or how it differs. */
  because: string;
}

/** Writes `report.md` into the account's folder: which behaviours agree with what the sandbox's tests claim, and which differ. */
export function createReport({ url, mayWrite, folder }: RealAccount): Reporter {
  return {
    onTestRunEnd(modules) {
      const lines = modules.flatMap((module) => [...module.children.allTests()].map((test) => lineOf(module, test)));
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "report.md"), reportOf(lines, { url, mayWrite, left: leftBehind(folder) }));
      const skips = Object.entries(
        Object.groupBy(
          lines.filter(({ state }) => state === "skipped"),
          ({ because }) => kindOf(because),
        ),
      );
      for (const [reason, some = []] of skips) process.stdout.write(`skipped ${some.length}: ${reason}\n`);
      process.stdout.write(`${join(folder, "report.md")} says what agrees and what differs\n`);
    },
  };
}

function lineOf(module: TestModule, test: TestCase): Line {
  const result = test.result();
  const [, as = "documented"] = / \[(documented|observed|assumed): [^\]]*\]$/.exec(test.name) ?? [];
  const because =
    result.state === "failed" ? differenceOf(result.errors[0]) : result.state === "skipped" ? (result.note ?? "it was not selected") : "";
  return { file: basename(module.moduleId), name: test.fullName, as, state: result.state, because };
}

/** The sandbox's clock stands still, a real account's does not. */
const BY_THE_CLOCK = /2026-07-1[0-9]T/;

/** Messages hold what was expected and what came, so whatever they quote is masked. */
function differenceOf(error: { message?: string; expected?: unknown } | undefined): string {
  const first = maskSentence(error?.message?.split("\n")[0] ?? "").slice(0, 240);
  return BY_THE_CLOCK.test(String(error?.expected)) ? `${first} (the test expects the sandbox's clock)` : first;
}

/** Reasons that differ in the operation alone are one kind. */
function kindOf(because: string): string {
  return because
    .replace(/^account: /, "")
    .replace(/\b(GET|POST|PATCH|DELETE) \S+|\b[a-z]+_[a-z_]+\b/g, "…")
    .replace(/\(\w+\)/, "(…)");
}

function leftBehind(folder: string): string[] {
  try {
    const { named, left } = JSON.parse(readFileSync(join(folder, "left-behind.json"), "utf8")) as {
      named: string;
      left: { type: string; id: string }[];
    };
    return left.map(({ type, id }) => `${type} ${id}, named ${named}`);
  } catch {
    return [];
  }
}

function reportOf(lines: Line[], { url, mayWrite, left }: { url: string; mayWrite: boolean; left: string[] }): string {
  const differing = lines.filter(({ state }) => state === "failed");
  const count = (as: string, state: Line["state"]): number => lines.filter((line) => line.as === as && line.state === state).length;
  const rows = ["documented", "observed", "assumed"].map(
    (as) => `| ${as} | ${count(as, "passed")} | ${count(as, "failed")} | ${count(as, "skipped")} |`,
  );
  const list = (some: Line[]): string[] =>
    some.map(({ file, name, because }) => `- ${file}: ${name}${because === "" ? "" : `: ${because}`}`);
  const skipped = Object.entries(
    Object.groupBy(
      lines.filter(({ state }) => state === "skipped"),
      ({ because }) => kindOf(because),
    ),
  );
  return [
    "# A real account against what the sandbox's tests claim",
    "",
    `${isoMillis(systemClock.now())}, ${new URL(url).host}, claims of revision ${CLAIMED}, ${mayWrite ? "with writes" : "reads only"}.`,
    "Operations of risk 4 and more (sends, consent, erasure, merges, exports, keys) are never called.",
    "",
    "| known as | agrees | differs | skipped |",
    "|---|---:|---:|---:|",
    ...rows,
    "",
    "## Differs",
    "",
    "Either the claim is wrong or the account holds something that the test did not expect.",
    "",
    ...list(differing),
    "",
    "## Agrees",
    "",
    ...list(lines.filter(({ state }) => state === "passed")),
    "",
    "## Skipped",
    "",
    ...skipped.map(([reason, some = []]) => `- ${some.length}: ${reason}`),
    "",
    "## Left behind",
    "",
    "What may not or cannot be deleted again.",
    "",
    ...left.map((each) => `- ${each}`),
    "",
  ].join("\n");
}
