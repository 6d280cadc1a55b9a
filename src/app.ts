import { hostname } from "node:os";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { loadCatalog, mustFind, type Catalog } from "./catalog/catalog.ts";
import type { Config } from "./config.ts";
import { createAgents, type Agents } from "./gate/agents.ts";
import { openAuditSigner } from "./gate/record/audit-key.ts";
import { createAuditDesk, type AuditDesk } from "./gate/record/audit-desk.ts";
import { createDayKeys } from "./gate/record/day-keys.ts";
import { createEpoch } from "./gate/record/epoch.ts";
import { createRefusals, type DoorRefusal } from "./gate/record/refusals.ts";
import { GATE_LIMITS, type Caller, type GateLimits, type GateParts } from "./gate/call.ts";
import { createConnections, type Connections } from "./gate/connections.ts";
import { noPoint, type AtPoint } from "./gate/crash-points.ts";
import { joinEpoch } from "./gate/fence.ts";
import { createGate, type Gate } from "./gate/gate.ts";
import { outcomesOf, type Outcomes } from "./gate/outcomes/outcomes.ts";
import { overviewOf, type Overview } from "./gate/overview.ts";
import { createPolicyDesk, type PolicyDesk } from "./gate/policies/policy-desk.ts";
import { sealOldCards } from "./gate/cards/sealed-card.ts";
import { standingOf, type UndoStanding } from "./gate/undo/undo-standing.ts";
import { createPolicyFiles, type PolicySource } from "./gate/policies/policy-files.ts";
import { createClient, type ClientOptions } from "./klaviyo/client.ts";
import { assertNotInspected } from "./inspection.ts";
import { orInMemory } from "./klaviyo/memory-windows.ts";
import type { LimitPort } from "./klaviyo/limits.ts";
import { systemClock, type Clock } from "./lib/clock.ts";
import { HalyardError } from "./lib/errors.ts";
import { createIds, randomBytes, type RandomBytes } from "./lib/ids.ts";
import { openStore, type Store } from "./store/store.ts";
import type { AuditVerdict } from "./store/audit-verify.ts";
import type { AuditRow } from "./store/tables/audit.ts";
import type { CallRow } from "./store/tables/calls.ts";
import { openVault, type Vault } from "./vault/vault.ts";
import { VERSION } from "./version.ts";

/** Halyard, put together: what every door and command works with. */
export interface App {
  config: Config;
  catalog: Catalog;
  store: Store;
  vault: Vault;
  gate: Gate;
  clock: Clock;
  connections: Connections;
  agents: Agents;
  policies: PolicySource;
  policyDesk: PolicyDesk;
  /** Calls, newest first, each with how it stands with its undoing; null where it cannot be undone. */
  activity(filter: { limit: number; connection?: string; agent?: string }): Promise<(CallRow & { undo?: UndoStanding | null })[]>;
  /** One call with everything that the record says of it, oldest first. */
  callStory(callId: string): Promise<{ call: CallRow; events: AuditRow[] }>;
  verifyAudit(): Promise<AuditVerdict>;
  /** Whether writes may go, what is not known of those that went, and what happened late or twice. */
  outcomes(): Promise<Outcomes>;
  /** The record, for its owner. */
  audit: AuditDesk;
  /** Puts what a door sent away on the record. Never throws. */
  refused(refusal: DoorRefusal): Promise<void>;
  overview(caller: Caller): Promise<Overview>;
  close(): Promise<void>;
}

interface Overrides {
  clock?: Clock;
  random?: RandomBytes;
  limits?: Partial<GateLimits>;
  /** Stands before the store's rate windows: benchmarks lift Klaviyo's limits but keep what counting costs. */
  rateWindows?: (port: LimitPort) => LimitPort;
  /** Of a Halyard that is another one than this: for tests of upgrades. */
  version?: string;
  /** For the tests that kill processes in the middle of a write. */
  at?: AtPoint;
  /** Opens the sockets to Klaviyo: tests make connecting slow. */
  connector?: ClientOptions["connector"];
}

/** Opens the state in `config.home`, creating it where there is none, and ends what an interrupted process left open. */
export async function openApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const clock = overrides.clock ?? systemClock;
  const random = overrides.random ?? randomBytes;
  const version = overrides.version ?? VERSION;
  makeHome(config.home);
  const catalog = loadCatalog();
  const store = await openStore({ url: config.databaseUrl, clock });
  try {
    assertNotInspected(await store.connections.list());
    const vault = await openVault({ sources: config.masterKey, store, random, nowMs: clock.now() });
    const windows = overrides.rateWindows?.(store.rateWindows) ?? store.rateWindows;
    const client = createClient({
      limits: config.allowUnrecordedReads ? orInMemory(windows) : windows,
      clock,
      random,
      version,
      probe: mustFind(catalog, "get_accounts"),
      ...(overrides.connector && { connector: overrides.connector }),
    });
    const policies = createPolicyFiles({ folder: join(config.home, "policies"), catalog, store, vault, clock });
    const holder = `${hostname()}:${process.pid}:${Buffer.from(random(6)).toString("hex")}`;
    const limits = { ...GATE_LIMITS, undoWithinMs: config.undoDays * 24 * 3_600_000, ...windowOf(config), ...overrides.limits };
    const kept = { store, vault, clock };
    const refusals = createRefusals(kept, limits.refusalsPerMinute);
    const parts: GateParts = {
      catalog,
      store,
      vault,
      client,
      policies,
      clock,
      newId: createIds(clock, random),
      random,
      holder,
      isRunning: (other) => isRunning(other, holder),
      fence: { epoch: await joinEpoch(store, clock, version), version },
      at: overrides.at ?? noPoint,
      limits,
      signer: await openAuditSigner(kept),
      dayKeys: createDayKeys(kept, random),
      epoch: createEpoch(kept, join(config.home, "audit.mark"), random),
      refusals,
      allowUnrecordedReads: config.allowUnrecordedReads === true,
    };
    await parts.epoch.check();
    await parts.dayKeys.refresh();
    await sealOldCards(parts);
    const gate = createGate(parts);
    const connections = createConnections(parts);
    const agents = createAgents(parts, connections, random);
    const audit = createAuditDesk(parts);
    await gate.recover();
    let closing: Promise<void> | undefined;
    gate.reconcileBeside();
    return {
      config,
      catalog,
      store,
      vault,
      gate,
      clock,
      connections,
      agents,
      policies,
      policyDesk: createPolicyDesk(parts),
      async activity({ limit, connection, agent }) {
        const row = connection === undefined ? undefined : await connections.find(connection);
        const agentId = agent === undefined ? undefined : ((await store.agents.byName(agent))?.id ?? agent);
        const calls = await store.calls.list({ limit, connection_id: row?.id, agent_id: agentId });
        const kept = new Map((await store.beforeImages.forCalls(calls.map(({ id }) => id))).map((image) => [image.call_id, image]));
        return calls.map((call) => ({ ...call, undo: standingOf(call, kept.get(call.id), clock.now()) }));
      },
      async callStory(callId) {
        const call = await store.calls.find(callId);
        if (!call) throw new HalyardError("not_found", "There is no call of that id.", { hint: "halyard activity lists them." });
        return { call, events: await store.audit.list({ call_id: callId, limit: 1000 }) };
      },
      verifyAudit: () => audit.verify(),
      outcomes: () => outcomesOf(parts),
      audit,
      refused: (refusal) => refusals.note(refusal),
      overview: (caller) => overviewOf(parts, gate, caller),
      close() {
        closing ??= gate
          .close()
          .then(() => client.close())
          .finally(() => store.close());
        return closing;
      },
    };
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
}

function windowOf({ reconcileWindowMs }: Config): Partial<GateLimits> {
  return reconcileWindowMs === undefined ? {} : { reconcileWindowMs };
}

function makeHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new HalyardError("store_unavailable", `The folder ${home} cannot be made.`, {
      cause: thrown,
      hint: "Set HALYARD_HOME to a folder that you may write to.",
    });
  }
}

/** Whether the process that a holder names still runs. Nothing is known of another machine's; our own number under another nonce was before us. */
function isRunning(holder: string, own: string): boolean | undefined {
  const [host, pid] = holder.split(":");
  if (host !== hostname()) return undefined;
  if (Number(pid) === process.pid) return holder === own;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}
