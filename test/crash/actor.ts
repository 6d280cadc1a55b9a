import { join } from "node:path";
import { openApp } from "../../src/app.ts";
import type { Config } from "../../src/config.ts";
import { PLAN, type Caller, type CallResult } from "../../src/gate/call.ts";
import type { CrashPoint } from "../../src/gate/crash-points.ts";
import { createManualClock } from "../../src/lib/clock.ts";
import type { JsonObject } from "../../src/lib/json.ts";

/** One gateway with its agent, which has one call to make, and its owner, who says yes. */
export interface Actor {
  /** The agent asks for its call, however often it takes. */
  ask(): Promise<CallResult>;
  /** The owner's yes; gives the approval's status. */
  approve(approvalId: string): Promise<string>;
  reconcile(): Promise<number>;
  setClock(nowMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface OpenInput {
  home: string;
  databaseUrl: string;
  nowMs: number;
  agent: Caller;
  action: string;
  args: JsonObject;
  /** The call that comes after it in a plan; absent where it is asked alone. */
  after?: { action: string; args: JsonObject };
  /** Another reconcile window than the usual one: 0 takes the guard away, so that the oracles have something to find. */
  windowMs?: number;
}

/** Opens a gateway on a store that is there, with `at` called at each point of its writes. */
export async function openActor(input: OpenInput, at: (point: CrashPoint) => void): Promise<Actor> {
  const clock = createManualClock(input.nowMs);
  const app = await openApp(configOf(input), {
    clock,
    at,
    ...(input.windowMs !== undefined && { limits: { reconcileWindowMs: input.windowMs } }),
  });
  const { agent, action, args, after } = input;
  const asked = after ? { action: PLAN, args: { calls: [{ action, args }, after] } } : { action, args };
  return {
    ask: async () => firstOf(await app.gate.call(agent, { ...asked, intent: "write" })),
    async approve(approvalId) {
      const { status } = await app.gate.approval(agent, approvalId);
      if (status !== "pending") return status;
      return (await app.gate.approve(approvalId, "owner", { run: true })).status;
    },
    reconcile: () => app.gate.reconcile(),
    setClock(nowMs) {
      // Waiting has moved it on by itself; it does not go back.
      if (nowMs > clock.now()) clock.set(nowMs);
      return Promise.resolve();
    },
    close: () => app.close(),
  };
}

/** What a plan says of its first step, which is what is watched. One that was not sent says so. */
function firstOf(result: CallResult): CallResult {
  if (!("steps" in result)) return result;
  const [first] = result.steps;
  const error = { code: "not_done", message: "The plan ended before this step." } as const;
  return first?.result ?? { status: "failed", call_id: result.call_id, operation: first?.operation ?? PLAN, error };
}

/** Not the fixture's: that one brings the sandbox along, and a process that is going to be killed should start quickly. */
function configOf({ home, databaseUrl }: OpenInput): Config {
  const masterKey = { keyFile: join(home, "master.key") };
  return { home, databaseUrl, masterKey, port: 0, sandboxPort: 0, logLevel: "error", undoDays: 30 };
}
