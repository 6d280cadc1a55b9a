import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { NOW } from "./activity.ts";

interface Dump {
  hash: string;
  rows: string;
  counts: Record<string, number>;
  keys: object;
}

const dump = (seed: string, profiles: number): Promise<Dump> => run<Dump>(seed, profiles);

async function run<T>(seed: string, profiles: number, ...more: string[]): Promise<T> {
  const args = [join(import.meta.dirname, "child-seed.ts"), seed, String(NOW), String(profiles), ...more];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as T;
}

describe("the seed in processes of their own", () => {
  it("gives the same account, byte for byte, and another seed another one", async () => {
    const first = await dump("halyard", 300);
    expect(await dump("halyard", 300)).toEqual(first);
    const other = await dump("other", 300);
    expect(other.hash).not.toBe(first.hash);
    expect(other.rows).not.toBe(first.rows);
  }, 120_000);

  it("gives a default shop of 5,000 people, the same here and after a reset", async () => {
    const [elsewhere, sandbox] = await Promise.all([
      dump("halyard", 5000),
      createSandbox({ clock: "manual", startAt: NOW, limits: "off" }),
    ]);
    const here = sandbox.control.state();
    expect(here.counts["profiles"]).toBe(5000);
    expect(here).toEqual({ hash: elsewhere.hash, counts: elsewhere.counts });
    sandbox.control.reset();
    expect(sandbox.control.state().hash).toBe(here.hash);
    await sandbox.close();
  }, 120_000);

  it("holds 100,000 people in half a gigabyte", async () => {
    const { rssMiB, counts } = await run<{ rssMiB: number; counts: Record<string, number> }>("halyard", 100_000, "size");
    expect(counts["profiles"]).toBe(100_000);
    expect(rssMiB).toBeLessThan(512);
  }, 120_000);
});
