/** The repository's own rules. Each looks at one file and says what is wrong with it; `house.test.ts` plants a violation of each. */
export interface SourceFile {
  /** Path from the repository's root. */
  path: string;
  text: string;
}

export interface Rule {
  name: string;
  /** Lines that break the rule, as `path: why`. */
  check(file: SourceFile): string[];
  /** A file that breaks it: the rule must find it. */
  planted: SourceFile;
}

/** Which room may import which (docs/architecture.md). `lib` is everyone's. */
export const ROOMS: Record<string, string[]> = {
  lib: [],
  catalog: ["lib"],
  policy: ["catalog", "lib"],
  klaviyo: ["catalog", "lib"],
  sandbox: ["catalog", "lib"],
  vault: ["lib"],
  store: ["policy", "lib"],
  gate: ["catalog", "policy", "klaviyo", "vault", "store", "lib"],
  mcp: ["gate", "store", "catalog", "policy", "lib"],
  cli: ["app", "lib"],
};

/** Files of `src` that put the rooms together. */
const COMPOSITION = ["app", "reference", "start", "main", "config", "version", "stdio", "sandbox-run", "secrets", "crash", "inspection"];

const isSource = (path: string): boolean => path.startsWith("src/") && path.endsWith(".ts");
const isTest = (path: string): boolean => path.endsWith(".test.ts") || path.startsWith("test/") || path.startsWith("bench/");
const isCode = (path: string): boolean => /\.(ts|tsx|mjs)$/.test(path);
const roomOf = (path: string): string => path.split("/")[1]?.replace(/\.ts$/, "") ?? "";

/** Code without comments, so that a word in a sentence is not taken for code. */
function codeOf(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, " ")).replaceAll(/(^|\s)\/\/[^\n]*/g, "$1");
}

function linesWith(file: SourceFile, pattern: RegExp, why: string): string[] {
  return codeOf(file.text)
    .split("\n")
    .flatMap((line, at) => (pattern.test(line) ? [`${file.path}:${at + 1}: ${why}`] : []));
}

function importsOf({ text }: SourceFile): { target: string; isType: boolean }[] {
  const found = text.matchAll(/^(?:import|export)\s+(type\s)?[^"';]*?from\s+"(\.[^"]+)"|(?<!typeof )import\("(\.[^"]+)"\)/gm);
  return [...found].map(([, type, from, dynamic]) => ({ target: from ?? dynamic ?? "", isType: type !== undefined }));
}

const RULES_OF_ROOMS: Rule = {
  name: "a room imports only what the table allows",
  check(file) {
    if (!isSource(file.path) || isTest(file.path)) return [];
    const room = roomOf(file.path);
    const allowed = ROOMS[room];
    if (!allowed) return COMPOSITION.includes(room) ? [] : [`${file.path}: src has no room called ${room}`];
    return importsOf(file).flatMap(({ target, isType }) => {
      const other = roomOf(new URL(target, `file:///${file.path}`).pathname.slice(1));
      if (other === room || allowed.includes(other)) return [];
      // The store and the command line name types of rooms that they do not run.
      if (isType && (room === "cli" || (room === "store" && other === "policy"))) return [];
      return [`${file.path}: ${room} may not import ${other}`];
    });
  },
  planted: { path: "src/sandbox/planted.ts", text: 'import { createClient } from "../klaviyo/client.ts";\n' },
};

const GLOBALS: [pattern: RegExp, why: string, allowed: string[]][] = [
  [/\bDate\.now\(|\bnew Date\(\)/, "time comes from the injected clock", ["src/lib/clock.ts"]],
  [/\bMath\.random\(/, "randomness is injected", []],
  [/\bprocess\.env\b/, "only config.ts reads the environment", ["src/config.ts", "src/cli/output.ts"]],
  [/\bconsole\./, "output goes through Io or the log", []],
  [/\bsetTimeout\(|\bsetInterval\(/, "waiting belongs to lib/clock.ts", ["src/lib/clock.ts"]],
  [/\bprocess\.exit\(/, "set the exit code and return", ["src/crash.ts"]],
  [
    /\.reveal\(\)/,
    "a secret is revealed only where it is used",
    [
      "src/klaviyo/signing.ts",
      "src/klaviyo/probes.ts",
      "src/vault/",
      "src/gate/agents.ts",
      "src/gate/record/audit-key.ts",
      "src/gate/record/day-keys.ts",
      "src/gate/secret-arguments.ts",
      "src/gate/outcomes/told.ts",
      "src/gate/outcomes/sealed-request.ts",
      "src/gate/approvals/approvals.ts",
      "src/gate/undo/undo-opening.ts",
      "src/start.ts",
      "src/stdio.ts",
      "src/cli/",
    ],
  ],
];

const OWN_PLACES: Rule = {
  name: "Date, Math.random, process.env, console, timers, process.exit and reveal have their places",
  check: (file) =>
    !isSource(file.path) || isTest(file.path)
      ? []
      : GLOBALS.flatMap(([pattern, why, allowed]) =>
          allowed.some((place) => file.path.startsWith(place)) ? [] : linesWith(file, pattern, why),
        ),
  planted: { path: "src/gate/planted.ts", text: "export const at = Date.now();\n" },
};

const TYPES: Rule = {
  name: "no any, no double assertion, no non-null assertion",
  check(file) {
    if (!isCode(file.path) || file.path === "test/house/rules.ts") return [];
    return [
      ...linesWith(file, /(:|as|<)\s*any\b(?!\w)/, "any"),
      ...linesWith(file, /as unknown as/, "double assertion"),
      ...linesWith(file, /\w!\.|\w!\[|\)!\./, "non-null assertion"),
    ];
  },
  planted: { path: "src/gate/planted.ts", text: "export const x: any = 1;\n" },
};

const UNFINISHED: Rule = {
  name: "nothing is left for later",
  check: (file) =>
    isCode(file.path) && file.path !== "test/house/rules.ts"
      ? file.text
          .split("\n")
          .flatMap((line, at) =>
            /\b(TODO|FIXME|XXX|HACK)\b|not implemented yet/.test(line) ? [`${file.path}:${at + 1}: left for later`] : [],
          )
      : [],
  planted: { path: "src/gate/planted.ts", text: "// TODO: the rest\n" },
};

const BAD_NAMES = /(^|[-.])(utils?|helpers?|common|types|misc|manager|service)([-.]|$)/;
const NAMES: Rule = {
  name: "files are kebab-case and named for what they hold",
  check({ path }) {
    if (!isCode(path)) return [];
    const name = path.split("/").at(-1) ?? "";
    const base = name.replace(/(\.test)?\.(ts|tsx|mjs)$/, "");
    if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?$/.test(base)) return [`${path}: not kebab-case`];
    return BAD_NAMES.test(base) ? [`${path}: says nothing of what it holds`] : [];
  },
  planted: { path: "src/gate/gate-utils.ts", text: "" },
};

const MAX_LINES = 400;
const SIZE: Rule = {
  name: `no hand-written file is longer than ${MAX_LINES} lines`,
  check: ({ path, text }) => (isCode(path) && text.split("\n").length > MAX_LINES + 1 ? [`${path}: ${text.split("\n").length} lines`] : []),
  planted: { path: "src/gate/planted.ts", text: "\n".repeat(MAX_LINES + 2) },
};

const OUTSIDE: Rule = {
  name: "no registry host, no path of a machine, nobody's tools in any file",
  check: ({ path, text }) =>
    path === "test/house/rules.ts"
      ? []
      : text
          .split("\n")
          .flatMap((line, at) =>
            /registry\.[a-z]+\.(org|com)|\/(work|root|home)\/[a-z]/.test(line) ? [`${path}:${at + 1}: ${line.trim().slice(0, 80)}`] : [],
          ),
  planted: { path: "docs/planted.md", text: `see https://${["registry", "example", "org"].join(".")}/x\n` },
};

const EXPORTS: Rule = {
  name: "named exports only, and no barrel",
  check(file) {
    if (!isSource(file.path)) return [];
    return [...linesWith(file, /^export default/, "default export"), ...linesWith(file, /^export (\*|\{[^}]*\}) from/, "re-export")];
  },
  planted: { path: "src/gate/planted.ts", text: 'export * from "./gate.ts";\n' },
};

const VENDOR: Rule = {
  name: "the product and its tests do not need the vendor's documents",
  check: (file) => (isSource(file.path) && !isTest(file.path) ? linesWith(file, /\bshared\//, "reads what users do not have") : []),
  planted: { path: "src/catalog/planted.ts", text: 'readFileSync("../shared/klaviyo/operations.json");\n' },
};

export const RULES: Rule[] = [RULES_OF_ROOMS, OWN_PLACES, TYPES, UNFINISHED, NAMES, SIZE, OUTSIDE, EXPORTS, VENDOR];
