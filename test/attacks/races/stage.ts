import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadCatalog } from "../../../src/catalog/catalog.ts";
import { createAgents, type Agents } from "../../../src/gate/agents.ts";
import { openAuditSigner } from "../../../src/gate/record/audit-key.ts";
import { GATE_LIMITS, type Caller, type GateParts } from "../../../src/gate/call.ts";
import { noPoint } from "../../../src/gate/crash-points.ts";
import { createDayKeys } from "../../../src/gate/record/day-keys.ts";
import { createEpoch } from "../../../src/gate/record/epoch.ts";
import { createRefusals } from "../../../src/gate/record/refusals.ts";
import { createConnections, type Connections } from "../../../src/gate/connections.ts";
import { keyContext } from "../../../src/gate/credentials.ts";
import { createGate, type Gate } from "../../../src/gate/gate.ts";
import type { CurrentPolicy, PolicySource } from "../../../src/gate/policies/policy-files.ts";
import type { Client } from "../../../src/klaviyo/client.ts";
import { createManualClock, type ManualClock } from "../../../src/lib/clock.ts";
import { createIds, type RandomBytes } from "../../../src/lib/ids.ts";
import { policyOf } from "../../../src/policy/parse.ts";
import type { Preset } from "../../../src/policy/policy.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { openVault, type Vault } from "../../../src/vault/vault.ts";
import { START_MS } from "../../fixtures/world.ts";
import { createDice, type Dice } from "../dice.ts";
import type { Scheduler } from "./scheduler.ts";
import { watchStore, type Witnessed } from "./watched-store.ts";

/** A real store on which many schedules are played, one after another. */
export interface Stage {
  store: Store;
  vault: Vault;
  clock: ManualClock;
  random: RandomBytes;
  /** What the processes of a machine share beside the store. */
  kept: Pick<GateParts, "signer" | "dayKeys" | "epoch" | "refusals" | "fence">;
  /** The agent and connection of the last schedule, where they still stand. */
  seat: Caller | undefined;
  close(): Promise<void>;
}

/** What guards against too many questions would end a race before it began. */
const LIMITS = { ...GATE_LIMITS, variantCoolDownMs: 0, denialsUntilPause: 1_000_000, lookForMs: 0 };

/** Schedules played on one stage, before its tables are so long that they slow it down. */
export const PER_STAGE = 250;

export async function openStage(seed: string): Promise<Stage> {
  const home = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "halyard-races-"));
  const clock = createManualClock(START_MS);
  const random = diceBytes(createDice(seed));
  const store = await openStore({ url: `file:${join(home, "halyard.db")}`, clock });
  const vault = await openVault({ sources: { keyFile: join(home, "master.key") }, store, random, nowMs: clock.now() });
  const own = { store, vault, clock };
  const kept = {
    signer: await openAuditSigner(own),
    dayKeys: createDayKeys(own, random),
    epoch: createEpoch(own, join(home, "audit.mark"), random),
    refusals: createRefusals(own, LIMITS.refusalsPerMinute),
    fence: { epoch: (await store.fence.read()).epoch, version: "0.0.0" },
  };
  await kept.dayKeys.refresh();
  return {
    store,
    vault,
    clock,
    random,
    kept,
    seat: undefined,
    async close() {
      await store.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function diceBytes(dice: Dice): RandomBytes {
  return (sizeBytes) => Uint8Array.from({ length: sizeBytes }, () => dice.roll(256));
}

/** What the account saw: an effect, and the step at which it happened. */
export interface Seen {
  intent: string;
  step: number;
}

/** One schedule's own world on a stage: an account that only counts, a policy, and processes that come and go. */
export interface Play {
  stage: Stage;
  /** The negative control: transactions that are none. */
  torn: boolean;
  scheduler: Scheduler;
  dice: Dice;
  witnessed: Witnessed[];
  effects: Seen[];
  caller: Caller;
  /** The name of the thing that is acted on, as the account has it. */
  account: { name: string };
  policy: { preset: Preset; version: number };
  /** The gate of a process, as it stands. */
  process(number: number): Process;
  /** The process dies where it is; the next to ask for it finds a new one. */
  kill(number: number): void;
}

export interface Process {
  gate: Gate;
  connections: Connections;
  agents: Agents;
}

let serial = 0;

export async function openPlay(stage: Stage, scheduler: Scheduler, dice: Dice, torn: boolean): Promise<Play> {
  const { store, vault, clock, random } = stage;
  const caller = (stage.seat ??= await takeSeat(stage));
  const living = new Map<number, Process & { holder: string }>();
  const holders = new Set<string>();
  const play: Play = {
    stage,
    torn,
    scheduler,
    dice,
    witnessed: [],
    effects: [],
    caller,
    account: { name: "as it was" },
    policy: { preset: "read-only", version: 1 },
    process(which) {
      const alive = living.get(which);
      if (alive) return alive;
      const holder = `process ${which}.${holders.size}`;
      const parts: GateParts = {
        catalog: loadCatalog(),
        store: watchStore(store, scheduler, play.witnessed, torn),
        vault,
        client: countingClient(play),
        policies: changingPolicy(play),
        clock,
        newId: createIds(clock, random),
        holder,
        isRunning: (other) => [...living.values()].some((one) => one.holder === other),
        limits: LIMITS,
        random,
        ...stage.kept,
        at: noPoint,
        allowUnrecordedReads: false,
      };
      const connections = createConnections(parts);
      const made = { gate: createGate(parts), connections, agents: createAgents(parts, connections, random), holder };
      holders.add(holder);
      living.set(which, made);
      return made;
    },
    kill(which) {
      living.delete(which);
      scheduler.kill(which);
    },
  };
  return play;
}

async function takeSeat({ store, vault, clock }: Stage): Promise<Caller> {
  const number = ++serial;
  const connection = {
    id: `conn_${number}`,
    name: `shop-${number}`,
    kind: "sandbox",
    origin: "http://127.0.0.1:1",
    account_id: "AbC123",
    account_name: "Shop",
    status: "active",
  } as const;
  const at = clock.now();
  const caller: Caller = { door: "stdio", agentId: `agent_${number}`, agentName: `agent-${number}`, connectionId: connection.id };
  await store.transaction(async (tables) => {
    await tables.connections.insert({ ...connection, scopes: [], created_at: at, checked_at: at, revoked_at: null });
    await tables.secrets.insert({
      id: `sec_${number}`,
      connection_id: connection.id,
      purpose: "klaviyo-key",
      version: 1,
      sealed: vault.seal("pk_x", keyContext(connection, 1)),
      created_at: at,
    });
    await tables.agents.insert({
      id: caller.agentId,
      name: caller.agentName,
      token_hash: `hash ${number}`,
      connection_id: connection.id,
      created_at: at,
      last_used_at: null,
      revoked_at: null,
    });
  });
  return caller;
}

/** An account that answers everything and counts what it was told to do. Another task may go on before, in the middle and after. */
function countingClient({ scheduler, effects, account }: Play): Client {
  return {
    async read() {
      await scheduler.pause();
      return {
        status: 200,
        body: { data: { type: "tag", id: "t1", attributes: { name: account.name } } },
        requestId: null,
        revision: null,
        attempts: 1,
      };
    },
    async write(intent, _operation, _request, { permit }) {
      await scheduler.pause();
      try {
        await permit?.();
      } catch (thrown) {
        if (thrown instanceof Error) return { kind: "not_sent", error: thrown as never, attempts: 0 };
        throw thrown;
      }
      effects.push({ intent, step: scheduler.now() });
      await scheduler.pause();
      return {
        kind: "answered",
        answer: { status: 200, body: { data: { type: "tag", id: "t1" } }, requestId: "r", revision: null, attempts: 1 },
      };
    },
    probeWrite: () => Promise.reject(new Error("nothing is probed here")),
    close: () => Promise.resolve(),
  };
}

function changingPolicy({ policy, scheduler }: Play): PolicySource {
  const current: PolicySource["current"] = async (_, inside) => {
    if (!inside) await scheduler.pause();
    const { preset, version } = policy;
    return { policy: policyOf(preset), version, text: "", path: "", unseen: NOTHING } satisfies CurrentPolicy;
  };
  return { current, createDefault: (connection) => current(connection), save: (connection) => current(connection) };
}

const NOTHING: ReadonlySet<string> = new Set();
