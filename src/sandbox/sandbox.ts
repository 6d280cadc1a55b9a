import type { Server } from "node:http";
import { loadCatalog } from "../catalog/catalog.ts";
import { createManualClock, systemClock, type Clock, type ManualClock } from "../lib/clock.ts";
import { accountIdOf, createAccount, traceOf } from "./account.ts";
import { controlOf, nameOf } from "./account-control.ts";
import { openAccounts, type AccountChoice, type HostedAccount } from "./account-set.ts";
import { actions as declaredActions } from "./actions.ts";
import type { Action, Resource } from "./engine/declare.ts";
import type { Transitions } from "./engine/tasks.ts";
import { flowErrands } from "./flows/web-calls.ts";
import { createLimiter } from "./protocol/limits.ts";
import { createPipeline } from "./protocol/pipeline.ts";
import { resources as declaredResources } from "./resources.ts";
import { exportFiles } from "./resources/export-rows.ts";
import { flows } from "./resources/flow-rows.ts";
import { webhooks } from "./resources/webhook-rows.ts";
import type { SandboxControl } from "./server/control.ts";
import { createControl } from "./server/control-routes.ts";
import { createCourier } from "./server/courier.ts";
import { createDownloads } from "./server/downloads.ts";
import { createFaults } from "./server/faults.ts";
import { startServer } from "./server/http.ts";
import { createLateWork } from "./server/late-work.ts";
import { createLedger } from "./server/ledger.ts";
import { createIdentity } from "./state/identity.ts";

export interface SandboxOptions {
  /** 0 takes a free one. Default 0. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Same seed at the same clock: same account, byte for byte. */
  seed?: string;
  /** Default real. */
  limits?: "real" | "off";
  /** Default real. */
  clock?: "real" | "manual";
  /** When jobs and the like get on: by the clock unless given. */
  transitions?: Transitions;
  /** Where a manual clock starts, ms. Default 2026-07-15T10:00:00Z. */
  startAt?: number;
  /** File that keeps the changes over a restart. One process at a time. */
  persist?: string;
  /** How many people the seeded shop has, default 5,000; with 0 there is no shop, just a new account. */
  profiles?: number;
  /** What webhooks are delivered with. Default the global one. */
  fetch?: typeof globalThis.fetch;
  /** Told of failures of the sandbox itself. */
  log?: (line: string) => void;
}

/** For tests of the sandbox itself: what the account offers; everything that is declared unless given. */
export interface Declared {
  resources?: readonly Resource[];
  actions?: readonly Action[];
}

export interface Sandbox {
  url: string;
  port: number;
  accountId: string;
  accountName: string;
  /** Private keys: one with all scopes, one with all `:read` scopes. */
  keys: { full: string; readOnly: string };
  /** The account's id, which `/client/` endpoints take as `company_id`. */
  publicKey: string;
  control: SandboxControl;
  close(): Promise<void>;
}

const DEFAULT_START_MS = Date.UTC(2026, 6, 15, 10);

/** Starts an emulated Klaviyo account on a port of its own. Errors: `port_taken`, `store_corrupt`, `config` for a journal of another seed. */
export async function createSandbox(options: SandboxOptions & Declared = {}): Promise<Sandbox> {
  const { port = 0, host = "127.0.0.1", limits = "real", log = () => undefined } = options;
  const catalog = loadCatalog();
  let url = "";
  const origin = (): string => url;
  let manual: ManualClock | undefined;
  const clockFrom = (lastMs: number | undefined): Clock => {
    if (options.clock !== "manual") return systemClock;
    manual ??= createManualClock(lastMs ?? options.startAt ?? DEFAULT_START_MS);
    // Several accounts have one clock: it goes on where the last of them was.
    if (lastMs !== undefined && lastMs > manual.now()) manual.set(lastMs);
    return manual;
  };
  const now = (): number => (manual ?? systemClock).now();
  const transitions = { mode: options.transitions ?? "timed" };
  const onFailure = (thrown: unknown): void => log(`sandbox: ${traceOf(thrown)}`);
  const open = (choice: AccountChoice): HostedAccount => {
    const { resources = declaredResources, actions = declaredActions } = options;
    const account = createAccount({
      catalog,
      resources,
      actions,
      origin,
      log,
      clock: clockFrom,
      transitions: () => transitions.mode,
      ...choice,
    });
    const { engine, state } = account;
    const offers = (name: string): boolean => resources.some(({ collection }) => collection.name === name);
    const errands = offers(flows.name) && { errands: flowErrands };
    const wait = manual ? undefined : systemClock.wait;
    const courier = offers(webhooks.name)
      ? createCourier({ engine, state, fetch: options.fetch ?? fetch, wait, onFailure, ...errands })
      : undefined;
    return { ...account, courier, limiter: createLimiter(now, limits === "real"), snapshots: new Map() };
  };
  const { seed, profiles, persist } = options;
  const first = {
    ...(seed !== undefined && { seed }),
    ...(profiles !== undefined && { profiles }),
    ...(persist !== undefined && { persist }),
  };
  const accounts = openAccounts(first, open, accountIdOf);
  const newUuid = createIdentity(`${seed ?? ""} requests`).uuid;
  const parts = {
    accounts,
    now,
    manual: () => manual,
    transitions,
    faults: createFaults(),
    ledger: createLedger(),
    late: createLateWork(),
  };
  const control = controlOf(accounts.first, parts);
  const pipeline = createPipeline({ catalog, accounts, origin, newUuid, onFailure });
  const downloads = createDownloads(() =>
    accounts.all().flatMap(({ engine, state }) => {
      engine.runDue();
      return state.has(exportFiles) ? [state.rows(exportFiles)] : [];
    }),
  );
  const { faults, ledger, late } = parts;
  const doors = { pipeline, control: createControl(control), downloads, faults, ledger, late };
  const started = await startServer({ ...doors, now, wait: systemClock.wait, newUuid, onFailure }, host, port);
  url = `http://${host.includes(":") ? `[${host}]` : host}:${started.port}`;
  for (const { courier } of accounts.all()) courier?.start();
  const { id, keys } = accounts.first;
  return {
    url,
    port: started.port,
    accountId: id,
    accountName: nameOf(accounts.first),
    keys,
    publicKey: id,
    control,
    async close() {
      await closeServer(started.server);
      for (const account of accounts.all()) {
        await account.courier?.stop();
        account.close();
      }
    },
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
