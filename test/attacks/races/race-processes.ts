import { spawn } from "node:child_process";
import { join } from "node:path";
import { createWorld } from "../../fixtures/world.ts";
import { environmentOf } from "../../fixtures/doors.ts";
import { replayAudit } from "../audit-replay.ts";

const CHILD = join(import.meta.dirname, "child-racer.ts");

export interface ProcessReport {
  processes: number;
  approvals: number;
  /** Lists that the account has in the end. */
  effects: number;
  wrong: string[];
}

/** Several processes, on files of their own kind, use and answer the same approvals at the same moment: each is used once. */
export async function raceProcesses({ processes = 4, approvals = 12 } = {}): Promise<ProcessReport> {
  const world = await createWorld({ realTime: true });
  try {
    const { gate, store } = world.app;
    const ask = async (name: string): Promise<string> => {
      const result = await world.write("create_list", { name });
      if (result.status !== "approval_required") throw new Error(`${name} is ${result.status}`);
      return result.approval_id;
    };
    const called = Array.from({ length: approvals / 2 }, (_, at) => `called ${at}`);
    for (const name of called) await gate.approve(await ask(name), "the owner", { run: false });
    const decided: string[] = [];
    for (let at = 0; at < approvals / 2; at++) decided.push(await ask(`decided ${at}`));
    const env = environmentOf(world, { HALYARD_AGENT_TOKEN: world.agentToken.reveal() });
    const children = Array.from({ length: processes }, () => startChild([called.join(), decided.join()], env));
    await Promise.all(children.map(({ ready }) => ready));
    for (const { go } of children) go();
    const lines = (await Promise.all(children.map(({ ended }) => ended))).flat();
    const rows = await store.audit.list({ limit: 10_000 });
    const { intents, violations } = replayAudit(rows);
    const effects = world.ledger().filter((line) => line === "POST /api/lists").length;
    const wrong = [...violations, ...lines.filter((line) => line.endsWith("failed"))];
    if (intents.length !== approvals) wrong.push(`${intents.length} intents for ${approvals} approvals`);
    if (effects !== approvals) wrong.push(`${effects} effects for ${approvals} approvals`);
    const verdict = await world.app.verifyAudit();
    if (verdict.bad) wrong.push(`the record is broken at ${verdict.bad.seq}`);
    return { processes, approvals, effects, wrong };
  } finally {
    await world.close();
  }
}

function startChild(args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [CHILD, ...args], { env, stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  const ready = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      text += String(chunk);
      if (text.includes("ready")) resolve();
    });
    // One that dies before it is ready must not keep the others waiting.
    child.on("close", () => resolve());
  });
  const ended = new Promise<string[]>((resolve) => void child.on("close", () => resolve(text.split("\n").map((line) => line.trim()))));
  return { ready, ended, go: () => void child.stdin.write("go\n") };
}
