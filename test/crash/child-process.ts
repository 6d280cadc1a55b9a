import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { CallResult } from "../../src/gate/call.ts";
import type { Actor, OpenInput } from "./actor.ts";

const CACHE = join(tmpdir(), "halyard-crash-cache");
const SCRIPT = join(import.meta.dirname, "child-driver.ts");

/** Thrown by whatever was asked of a process that died over it. */
export class Killed extends Error {
  override name = "Killed";
}

export interface Child {
  open(input: OpenInput, kill?: { point: string; nth: number }): Promise<Actor & { hits(): Promise<Record<string, number>> }>;
  isDead(): boolean;
  /** Lets it end by itself: what it has compiled by then is kept for those that come after it. */
  leave(): Promise<void>;
  /** Ends it, whatever it does. */
  end(): Promise<void>;
}

/** Starts a process and waits until it has loaded what it needs. */
export async function startChild(script = SCRIPT): Promise<Child> {
  // What is compiled once is used by all that follow: starting them is most of what the matrix takes.
  const env = { PATH: process.env["PATH"] ?? "", NODE_COMPILE_CACHE: CACHE };
  const child = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = once(child, "exit");
  let isDead = false;
  void exited.then(() => (isDead = true));
  // A process that is gone cannot be told anything; what was asked of it fails below.
  child.stdin.on("error", () => undefined);
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) {
      const [code, signal] = (await exited) as unknown[];
      if (signal === "SIGKILL") throw new Killed("the process was killed");
      throw new Error(`a process ended by itself, with ${String(signal ?? code)}`);
    }
    const { ok, error } = JSON.parse(String(value)) as { ok?: unknown; error?: string };
    if (error !== undefined) throw new Error(`in the process: ${error}`);
    return ok;
  };
  const ask = (command: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    return answer();
  };
  await answer();
  return {
    isDead: () => isDead,
    async open(input, kill) {
      await ask({ do: "open", open: input, ...(kill && { kill }) });
      return {
        ask: async () => (await ask({ do: "ask" })) as CallResult,
        approve: async (approvalId) => String(await ask({ do: "approve", approvalId })),
        reconcile: async () => Number(await ask({ do: "reconcile" })),
        setClock: async (nowMs) => void (await ask({ do: "clock", nowMs })),
        hits: async () => (await ask({ do: "hits" })) as Record<string, number>,
        close: async () => void (await ask({ do: "close" })),
      };
    },
    async leave() {
      child.stdin.end();
      await exited;
    },
    end: () => endOf(child, exited),
  };
}

async function endOf(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill("SIGKILL");
  await exited;
}
