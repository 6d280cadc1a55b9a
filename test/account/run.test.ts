import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mustFind, loadCatalog } from "../../src/catalog/catalog.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";

const ROOT = join(import.meta.dirname, "../..");
const FILES = ["test/fidelity/answers.test.ts", "test/sandbox/core-resources.test.ts"];
/** Reads, writes, and operations that are never called. */
const TESTS = [
  "get_accounts",
  "get_tags",
  "get_catalog_items",
  "create_tag",
  "update_tag",
  "create_template",
  "create_coupon",
  "create_profile",
  "create_list",
  "send_campaign",
  "bulk_subscribe_profiles",
  "request_profile_deletion",
  "merge_profiles",
];
const PATTERN = `documented (?:> )?(?:${TESTS.join("|")})$|have names of their own`;

interface Run {
  /** Stands for the real account; its ledger says what reached it. */
  account: Sandbox;
  folder: string;
  output: string;
  report: string;
}

/** Points the suite at a sandbox as if it were an account somewhere else. */
async function runAgainst(env: Record<string, string>): Promise<Run> {
  const account = await createSandbox({ profiles: 20 });
  const folder = mkdtempSync(join(tmpdir(), "halyard-account-"));
  const { VITEST: _, NODE_OPTIONS: __, VITEST_WORKER_ID: ___, VITEST_POOL_ID: ____, ...inherited } = process.env;
  const command = [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", ...FILES, "-t", PATTERN];
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    env: {
      ...inherited,
      KLAVIYO_API_KEY: account.keys.full,
      KLAVIYO_API_URL: account.url,
      KLAVIYO_RECORD_DIR: folder,
      NO_COLOR: "1",
      ...env,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => child.on("close", resolve));
  return { account, folder, output, report: readFileSync(join(folder, "report.md"), "utf8") };
}

let runs: { reading: Run; writing: Run } | undefined;
function must(name: "reading" | "writing"): Run {
  if (!runs) throw new Error("nothing ran");
  return runs[name];
}

beforeAll(async () => {
  const [reading, writing] = await Promise.all([runAgainst({ KLAVIYO_TEST_WRITES: "" }), runAgainst({ KLAVIYO_TEST_WRITES: "1" })]);
  runs = { reading, writing };
}, 120_000);
afterAll(async () => {
  for (const { account, folder } of Object.values(runs ?? {})) {
    await account.close();
    rmSync(folder, { recursive: true });
  }
});

const reached = ({ account }: Run) =>
  account.control.ledger().flatMap(({ operation, method, path, status }) => (operation ? [{ operation, method, path, status }] : []));
const namesOf = (run: Run): string[] => reached(run).map(({ operation }) => operation);
const catalog = loadCatalog();

describe("against a real account", () => {
  it("reads, and says why it does not write", () => {
    const run = must("reading");
    expect(namesOf(run), run.output).toEqual(expect.arrayContaining(["get_accounts", "get_tags", "get_catalog_items"]));
    expect(namesOf(run).filter((name) => mustFind(catalog, name).effect.risk > 0)).toEqual([]);
    expect(run.output).toMatch(/skipped \d+: … writes, and KLAVIYO_TEST_WRITES is not 1/);
    expect(run.report).toContain("get_tags\n");
  });

  it("writes with the switch, under names of its own, and deletes it again", async () => {
    const run = must("writing");
    expect(namesOf(run), run.output).toEqual(
      expect.arrayContaining(["create_tag", "create_template", "create_coupon", "update_tag", "create_profile"]),
    );
    const made = reached(run).filter(({ operation, status }) => mustFind(catalog, operation).effect.kind === "create" && status < 300);
    const gone = reached(run).filter(({ method, status }) => method === "DELETE" && status < 300);
    expect(
      made.map(({ operation }) => operation),
      "profiles cannot be deleted",
    ).toContain("create_profile");
    expect(gone.length).toBe(made.filter(({ operation }) => operation !== "create_profile").length);
    expect(run.report).toMatch(/## Left behind[\s\S]*- profile \w{26}, named halyard-test-/);
    const seen = await fetch(`${run.account.url}/api/profiles?sort=-created`, {
      headers: { authorization: `Klaviyo-API-Key ${run.account.keys.full}`, revision: "2026-07-15" },
    });
    const { data } = (await seen.json()) as { data: { attributes: { email: string } }[] };
    expect(data[0]?.attributes.email).toMatch(/^halyard-test-\w+-.+@example\.com$/);
  });

  it("calls nothing that reaches people or cannot be taken back, even with the switch", () => {
    for (const run of [must("reading"), must("writing")]) {
      const risky = namesOf(run).filter((name) => mustFind(catalog, name).effect.risk >= 4);
      expect(risky).toEqual([]);
      expect(run.account.control.ledger().map(({ path }) => path)).not.toContainEqual(expect.stringContaining("_sandbox"));
      expect(run.output).toMatch(/skipped \d+: … is of risk [45]: it is never called on a real account/);
    }
    expect(namesOf(must("writing"))).not.toContain("create_list");
  });

  it("records what was answered with date and revision, and nobody's address", () => {
    const { folder } = must("writing");
    const files = readdirSync(folder).filter((name) => name.includes("_"));
    expect(files).toEqual(expect.arrayContaining(["get_accounts.json", "create_profile.json", "create_tag.json"]));
    for (const name of files) {
      const text = readFileSync(join(folder, name), "utf8");
      const { operation, exchanges } = JSON.parse(text) as {
        operation: string;
        exchanges: { at: string; revision: string; status: number }[];
      };
      expect(`${operation}.json`).toBe(name);
      for (const { at, revision, status } of exchanges) {
        expect([Number.isNaN(Date.parse(at)), revision], name).toEqual([false, "2026-07-15"]);
        expect(status).toBeGreaterThanOrEqual(200);
      }
      expect(text, name).not.toMatch(/[\w.+-]+@[\w-]+\.\w/);
      expect(text, name).not.toContain("pk_");
    }
  });

  it("says what agrees and what differs", () => {
    const { report } = must("writing");
    expect(report).toMatch(/\| documented \| [1-9]\d* \| 0 \|/);
    expect(report).toMatch(/\| assumed \| 1 \| 0 \|/);
  });
});
