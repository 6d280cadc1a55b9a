/** How the sandbox's behaviours are known, read from the tests that hold them: `node scripts/provenance.ts` prints it. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadCatalog } from "../src/catalog/catalog.ts";

const ROOT = join(import.meta.dirname, "..");
const FOLDER = join(ROOT, "test/sandbox");

export interface Behaviour {
  /** File in `test/sandbox`. */
  file: string;
  /** Titles of the blocks around it and its own, as one sentence. */
  text: string;
  area: string;
  as: "documented" | "observed" | "assumed";
  from: string;
}

export interface Provenance {
  /** By area, in order of name; `protocol` is what all operations share. */
  counts: { area: string; documented: number; observed: number; assumed: number }[];
  total: { documented: number; observed: number; assumed: number };
  /** What no source states, in order of area. */
  assumptions: Behaviour[];
}

/** Areas of test files that are not called like one. Others go by the area that their name begins with, else by the name. */
const AREA_OF_FILE: Record<string, string> = {
  "activity-schema": "events",
  "audience-reports": "reporting",
  "back-in-stock": "catalogs",
  "catalog-lookups": "catalogs",
  "client-reads": "client",
  "bulk-exports": "profiles",
  consent: "profiles",
  "consent-events": "profiles",
  "core-resources": "lists",
  limits: "protocol",
  "stated-limits": "protocol",
  races: "protocol",
  unreadable: "protocol",
  "message-reports": "reporting",
  "metric-aggregates": "reporting",
  "object-answers": "custom-objects",
  "object-flows": "flows",
  "object-ingestion": "custom-objects",
  "omni-and-stable": "campaigns",
  "omni-campaigns": "campaigns",
  "omni-sending": "campaigns",
  "product-flows": "flows",
  "variation-translations": "translations",
  paging: "protocol",
  protocol: "protocol",
  "report-rules": "reporting",
  seed: "accounts",
};

/** Every behaviour that a test of the sandbox declares, in order of file. Runs no test. */
export function declaredBehaviours(): Behaviour[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".test.ts"));
  const paths = files
    .toSorted()
    .map((name) => join(FOLDER, name))
    // Tests of the sandbox itself declare none, and some open a sandbox as soon as they are imported.
    .filter((path) => /\bbehaviours?[<(]/.test(readFileSync(path, "utf8")));
  const child = join(import.meta.dirname, "provenance-child.ts");
  const printed = execFileSync(process.execPath, [child, ...paths], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024, timeout: 60_000 });
  return (JSON.parse(printed) as { file: string; blocks: string[]; name: string }[]).flatMap(({ file, blocks, name }) => {
    const [, own = "", as = "", from = ""] = /^([\s\S]*) \[(documented|observed|assumed): (.*)\]$/.exec(name) ?? [];
    if (as === "") return [];
    return [{ file, text: [...blocks, own].join(" "), area: areaOf(file, blocks, from), as: as as Behaviour["as"], from }];
  });
}

/** Counts of documented, observed and assumed behaviours by area, and the assumptions themselves. */
export function provenanceCounts(behaviours: Behaviour[] = declaredBehaviours()): Provenance {
  const count = (some: Behaviour[]) => ({ documented: 0, observed: 0, assumed: 0, ...countBy(some) });
  const areas = Object.entries(Object.groupBy(behaviours, ({ area }) => area)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    counts: areas.map(([area, some = []]) => ({ area, ...count(some) })),
    total: count(behaviours),
    assumptions: areas.flatMap(([, some = []]) => some.filter(({ as }) => as === "assumed")),
  };
}

function countBy(some: Behaviour[]): Partial<Record<Behaviour["as"], number>> {
  return Object.fromEntries(Object.entries(Object.groupBy(some, ({ as }) => as)).map(([as, ones]) => [as, ones.length]));
}

function areaOf(file: string, blocks: string[], from: string): string {
  const { operations } = loadCatalog();
  const areas = [...new Set(operations.map(({ area }) => area))];
  const [, operation] = /^openapi\/\S+ (\S+)$/.exec(from) ?? [];
  const named = operations.find(({ id }) => id === operation)?.area ?? areas.find((area) => area === blocks[0]);
  if (named !== undefined) return named;
  const base = file.replace(".test.ts", "");
  if (base.startsWith("agent-")) return "customer-agent";
  return (
    AREA_OF_FILE[base] ?? areas.find((area) => `${base}-`.startsWith(`${area}-`) || base.startsWith(`${area.replace(/s$/, "")}-`)) ?? base
  );
}

if (import.meta.main) {
  const { counts, total, assumptions } = provenanceCounts();
  const rows = [...counts, { area: "all", ...total }].map((row) => [row.area, row.documented, row.observed, row.assumed].join("\t"));
  process.stdout.write(`${["area\tdocumented\tobserved\tassumed", ...rows].join("\n")}\n\n`);
  process.stdout.write(assumptions.map(({ area, text, from }) => `${area}: ${text} (${from})\n`).join(""));
}
