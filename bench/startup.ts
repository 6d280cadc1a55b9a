import { spawn, type ChildProcessByStdio } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Readable, Writable } from "node:stream";
import { getEncoding } from "js-tiktoken";
import { temporaryHome } from "../test/fixtures/world.ts";
import { ms, spread, type Figure } from "./measure.ts";

type Server = ChildProcessByStdio<Writable, Readable, null>;

/** What an agent waits for: from the start of the process to the answer of `initialize`, and what `tools/list` costs it. */
export async function benchStartup(runs = 21): Promise<Figure[]> {
  const waits: number[] = [];
  let rssMiB = 0;
  let tools = "";
  // The first run fills Node's compile cache, as the first start on a machine does.
  for (let at = 0; at <= runs; at++) {
    const home = temporaryHome();
    const begun = performance.now();
    const server = spawn(process.execPath, [join(import.meta.dirname, "../bin/halyard.mjs"), "mcp"], {
      stdio: ["pipe", "pipe", "ignore"],
      env: { PATH: process.env["PATH"], HALYARD_HOME: home },
    });
    const answers = answersOf(server);
    say(server, {
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "bench", version: "1" } },
    });
    await answers(1);
    if (at > 0) waits.push(performance.now() - begun);
    say(server, { method: "notifications/initialized" });
    say(server, { id: 2, method: "tools/list", params: {} });
    tools = JSON.stringify((await answers(2)).result.tools);
    rssMiB = residentMiB(server);
    server.kill("SIGKILL");
  }
  const { p50, p99 } = spread(waits);
  const tokens = getEncoding("o200k_base").encode(tools, [], []).length;
  return [
    { what: "spawn → `initialize` answered over stdio, median of 21", value: ms(p50), goal: "≤ 120 ms" },
    { what: "the same, slowest", value: ms(p99) },
    { what: "resident memory after `tools/list`", value: `${rssMiB.toFixed(0)} MiB` },
    { what: "`tools/list`, o200k tokens", value: String(tokens), goal: "≤ 950" },
  ];
}

function say(server: Server, message: object): void {
  server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}

interface Answer {
  id: number;
  result: { tools: unknown[] };
}

function answersOf(server: Server): (id: number) => Promise<Answer> {
  const waiting = new Map<number, (answer: Answer) => void>();
  let text = "";
  server.stdout.on("data", (chunk: Buffer) => {
    text += String(chunk);
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) {
      const answer = JSON.parse(line) as Answer;
      waiting.get(answer.id)?.(answer);
    }
  });
  return (id) => new Promise((resolve) => waiting.set(id, resolve));
}

function residentMiB({ pid }: Server): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
