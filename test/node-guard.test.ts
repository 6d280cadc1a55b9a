import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { VERSION } from "../src/version.ts";

const run = promisify(execFile);
const BIN = join(import.meta.dirname, "../bin/halyard.mjs");

async function startedBy(node: string, ...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await run(node, [BIN, ...argv], { env: { HALYARD_HOME: join(import.meta.dirname, "no-such-home") } })) };
  } catch (thrown) {
    return thrown as { code: number; stdout: string; stderr: string };
  }
}

/** A Node of the system's that is too old, where there is one. */
async function oldNode(): Promise<string | undefined> {
  for (const node of ["/usr/local/bin/node", "/usr/bin/node"].filter(existsSync)) {
    const { stdout } = await run(node, ["--version"]);
    if (Number(/^v(\d+)/.exec(stdout)?.[1]) < 22) return node;
  }
  return undefined;
}

const old = await oldNode();

describe("bin/halyard.mjs", () => {
  it.skipIf(old === undefined)("tells an old Node what it needs, in words (skipped where the system has no old Node)", async () => {
    const { code, stdout, stderr } = await startedBy(old ?? "", "mcp");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^Halyard needs Node 22\.19 or newer, best Node 24\. This is Node (18|20|21)\.[\d.]+ \(.+\)\.\n/);
    expect(stderr).toContain("npm run halyard -- <command>");
    expect(stderr).not.toContain(" at ");
  });

  it("runs on this Node", async () => {
    expect(await startedBy(process.execPath, "--version")).toMatchObject({ code: 0, stdout: `${VERSION}\n`, stderr: "" });
  });

  it("hands the exit status on", async () => {
    const { code, stderr } = await startedBy(process.execPath, "aprove");
    expect(code).toBe(2);
    expect(stderr).toContain("Did you mean approve?");
  });
});
