import type { Server } from "node:http";
import { loadCatalog } from "../catalog/catalog.ts";
import { createManualClock, systemClock, type ManualClock } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import { createAccount, traceOf, type Account } from "./account.ts";
import { actions as declaredActions } from "./actions.ts";
import type { Action, Resource } from "./engine/declare.ts";
import { keys } from "./protocol/keys.ts";
import { createLimiter, type Limiter } from "./protocol/limits.ts";
import { flowErrands } from "./flows/web-calls.ts";
import { createPipeline } from "./protocol/pipeline.ts";
import { resources as declaredResources } from "./resources.ts";
import { accounts } from "./resources/accounts.ts";
import { conversations } from "./resources/conversation-rows.ts";
import { flows } from "./resources/flow-rows.ts";
import { webhooks } from "./resources/webhook-rows.ts";
import { createControl, type SandboxControl } from "./server/control.ts";
import { createCourier, type Courier } from "./server/courier.ts";
import { createFaults, type Faults } from "./server/faults.ts";
import { startServer } from "./server/http.ts";
import { createLedger, type Ledger } from "./server/ledger.ts";
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
  /** What the account offers; everything that is declared unless given. */
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
const DEFAULT_PROFILES = 5000;

/** Starts an emulated Klaviyo account on a port of its own. Errors: `port_taken`, `store_corrupt`, `config` for a journal of another seed. */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = "127.0.0.1", seed = "halyard", limits = "real", log = () => undefined } = options;
  const { resources = declaredResources, actions = declaredActions, profiles = DEFAULT_PROFILES, persist } = options;
  const catalog = loadCatalog();
  let url = "";
  let manual: ManualClock | undefined;
  const account = createAccount({
    catalog,
    seed,
    profiles,
    resources,
    actions,
    persist,
    origin: () => url,
    clock(lastMs) {
      if (options.clock === "manual") manual = createManualClock(lastMs ?? options.startAt ?? DEFAULT_START_MS);
      return manual ?? systemClock;
    },
    log,
  });
  const { engine, state, now } = account;
  const newUuid = createIdentity(`${seed} requests`).uuid;
  const onFailure = (thrown: unknown): void => log(`sandbox: ${traceOf(thrown)}`);
  const offers = (name: string): boolean => resources.some(({ collection }) => collection.name === name);
  const wait = manual ? undefined : systemClock.wait;
  const errands = offers(flows.name) && { errands: flowErrands };
  const courier = offers(webhooks.name)
    ? createCourier({ engine, state, fetch: options.fetch ?? fetch, wait, onFailure, ...errands })
    : undefined;
  const limiter = createLimiter(now, limits === "real");
  const parts = { account, manual, limiter, faults: createFaults(), ledger: createLedger(), courier };
  const control = createSandboxControl(parts);
  const pipeline = createPipeline({
    catalog,
    engine,
    limiter: parts.limiter,
    accountId: account.id,
    keys: state.rows(keys),
    origin: () => url,
    newUuid,
    onFailure,
  });
  const doors = { pipeline, control: createControl(control), faults: parts.faults, ledger: parts.ledger };
  const started = await startServer({ ...doors, now, wait: systemClock.wait, newUuid, onFailure }, host, port);
  url = `http://${host.includes(":") ? `[${host}]` : host}:${started.port}`;
  courier?.start();
  return {
    url,
    port: started.port,
    accountId: account.id,
    accountName: state.rows(accounts).get(account.id)?.organization ?? "",
    keys: account.keys,
    publicKey: account.id,
    control,
    async close() {
      await closeServer(started.server);
      await courier?.stop();
      account.close();
    },
  };
}

interface Parts {
  account: Account;
  manual: ManualClock | undefined;
  limiter: Limiter;
  faults: Faults;
  ledger: Ledger;
  courier: Courier | undefined;
}

function createSandboxControl({ account, manual, limiter, faults, ledger, courier }: Parts): SandboxControl {
  const { state, engine, now } = account;
  const moveClock = (move: (clock: ManualClock) => void): void => {
    if (!manual) throw new HalyardError("invalid_arguments", "The clock of this sandbox is the real one.");
    move(manual);
    account.noteClock();
    engine.runDue();
  };
  return {
    reset() {
      account.reset();
      limiter.reset();
      faults.clear();
      ledger.clear();
    },
    clock: () => ({ mode: manual ? "manual" : "real", now: now() }),
    advance: (byMs) => moveClock((clock) => clock.advance(byMs)),
    setClock: (toMs) => moveClock((clock) => clock.set(toMs)),
    setFaults: faults.set,
    faults: faults.list,
    clearFaults: faults.clear,
    ledger: (since = 0) => ledger.since(since),
    clearLedger: ledger.clear,
    state: () => ({ hash: state.hash(), counts: state.counts() }),
    counts: () => state.counts(),
    keys: () => [...state.rows(keys).all()].map(({ id, scopes, revoked = false }) => ({ id, scopes, revoked })),
    createKey: (name, scopes) =>
      engine.run((ctx) => {
        if (ctx.rows(keys).has(name)) throw new HalyardError("conflict", "There is a key of that name.");
        return ctx.rows(keys).put({ id: name, key: `pk_${ctx.ids.alphanumeric(34)}`, scopes }).key;
      }),
    revokeKey: (name) =>
      engine.run((ctx) => {
        const row = ctx.rows(keys).get(name);
        if (!row) throw new HalyardError("not_found", "There is no key of that name.");
        ctx.rows(keys).put({ ...row, revoked: true });
      }),
    converse: (profile, channel) =>
      engine.run((ctx) => {
        if (!ctx.find("profile", profile)) throw new HalyardError("not_found", "There is no profile of that id.");
        return ctx.rows(conversations).put({ id: ctx.ids.ulid(ctx.now), channel, profile }).id;
      }),
    async deliveries() {
      await courier?.idle();
      return courier?.deliveries() ?? [];
    },
    coverage: () => engine.coverage(),
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
